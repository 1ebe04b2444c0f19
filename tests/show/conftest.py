"""Two traces made by hand: Al Viro's release race, and the work item that flushes itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.schema.trace import Trace, decode

_HERE = Path(__file__).parent / "traces"


def _load(name: str) -> Trace:
    path = _HERE / f"{name}.json"
    return decode(path.read_bytes(), path.name)


@pytest.fixture
def release_race() -> Trace:
    """close(vm_fd) puts the last reference, rmmod twice, the release returns into nothing."""
    return _load("release_race")


@pytest.fixture
def self_flush() -> Trace:
    """The work item puts the last VM reference and so flushes itself."""
    return _load("self_flush")
