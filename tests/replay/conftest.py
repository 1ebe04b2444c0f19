"""Debian's kernels for the tests that boot them: fetched once, nothing is installed."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def package_6_1() -> Path:
    """The 6.1 whose headers are installed: drivers are built for it."""
    from lastput.replay.fetch import locate

    headers = sorted(Path("/usr/src").glob("linux-headers-6.1.0-*-amd64"))
    return locate(headers[-1].name.replace("headers", "image"), fetch=True)[0]


@pytest.fixture(scope="session")
def package_6_12() -> Path:
    from lastput.replay.fetch import locate

    return locate("linux-image-6.12.*-amd64", fetch=True)[0]


@pytest.fixture(scope="session")
def packages_7_3() -> tuple[Path, ...]:
    """Image and modules, from a suite that is newer than this machine may be."""
    from lastput.replay.fetch import locate

    return locate("7.3", fetch=True)
