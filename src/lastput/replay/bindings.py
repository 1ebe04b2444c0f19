"""``replay.toml`` in a folder of litmus tests: how the names of the tests are real in a guest."""

from __future__ import annotations

__all__ = ["SHOWS", "Bindings", "Fixed", "Real", "has_plan", "read"]

from collections.abc import Iterable
from pathlib import Path

import msgspec

from lastput.errors import LastputError, Place

FILE = "replay.toml"
#: Error classes that a kernel without debugging options shows by itself, and as what.
SHOWS = {"unmapped-text": "OOPS", "null-deref": "OOPS", "deadlock": "HUNG"}


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The package of a kernel in which the bug is fixed."""

    kernel: str


class Real(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is special to one test: ``driver`` is the module of ours that does what the test's own code
    does. ``names`` gives modules of the test their names in the guest."""

    driver: str = ""
    names: dict[str, str] = {}


class Bindings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``modules`` are loaded before the story. ``files`` are the actions that open what a test finds open,
    by the name that it has there, in the order in which they are needed."""

    modules: tuple[str, ...] = ()
    names: dict[str, str] = {}
    files: dict[str, tuple[str, ...]] = {}
    fixed: Fixed | None = None
    tests: dict[str, Real] = {}


def read(test: Path) -> Bindings:
    """The bindings beside a test; empty if there are none. Raises LastputError ``bad-plan``."""
    path = test.parent / FILE
    if not path.is_file():
        return Bindings()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Bindings)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise LastputError(
            "bad-plan", str(error), "docs/replay.md has the format", Place(str(path))
        ) from None


def has_plan(test: Path, errors: Iterable[str]) -> bool:
    """Whether a test with these errors has a plan beside it, or bindings from which one can be derived:
    they say how its files are opened, or which driver does what it does."""
    if test.with_suffix(".toml").is_file():
        return True
    real = read(test)
    return not SHOWS.keys().isdisjoint(errors) and (bool(real.files) or test.stem in real.tests)
