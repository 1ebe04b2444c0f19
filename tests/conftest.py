"""What a test may need from the machine, and what happens if it is not there.

A test marked ``needs_spin``, ``needs_tree``, ``needs_qemu``, ``needs_dpkg`` or ``needs_chromium`` is skipped
with the line that installs what is missing. With LASTPUT_NO_SKIP=1 it fails, as each skip does.
"""

from __future__ import annotations

import os
import shutil
import signal
import tarfile
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

import pytest

#: The kernels whose source the tests read.
RELEASES = ("6.1", "6.12", "7.3")

_SOURCES = Path("/usr/src")
_STRICT = os.environ.get("LASTPUT_NO_SKIP") == "1"


def _missing(marker: str) -> str:
    """What to install for a marker; "" if all is there."""
    if marker == "needs_spin" and not (shutil.which("spin") and shutil.which("gcc")):
        return "apt install spin gcc"
    if marker == "needs_tree" and not all(tree(release).exists() for release in RELEASES):
        return "apt install linux-source-6.1 linux-source-6.12; .ci/fetch-newer /usr/src 7.3"
    if marker == "needs_qemu":
        programs = all(
            shutil.which(one) for one in ("qemu-system-x86_64", "busybox", "gcc", "make", "apt-get")
        )
        if not programs or not list(_SOURCES.glob("linux-headers-6.1.0-*-amd64")):
            return "apt install qemu-system-x86 busybox-static gcc make libc6-dev linux-headers-amd64"
    if marker == "needs_dpkg" and not (
        shutil.which("dpkg-buildpackage") and Path("/usr/bin/python3").exists()
    ):
        return "apt install dpkg-dev python3-venv"
    if marker == "needs_chromium" and not (shutil.which("chromium") and find_spec("playwright")):
        return "apt install chromium; pip install playwright"
    return ""


def tree(release: str) -> Path:
    """Debian's packed source of a kernel release."""
    return _SOURCES / f"linux-source-{release}.tar.xz"


def keep(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    """Unpacks one file of an archive to ``path``."""
    packed = archive.extractfile(member)
    assert packed is not None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed.read())


@pytest.fixture(scope="session", autouse=True)
def compiled_search() -> None:
    """A new installation compiles the search once, and says so on stderr: not in the midst of a test."""
    from lastput.engine.native import prepare

    prepare()


@pytest.fixture(scope="session", autouse=True)
def heard_ctrl_c() -> Generator[None]:
    """What a script starts in the background ignores SIGINT, and so would all that the tests start."""
    was = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, was)


@pytest.fixture(scope="session")
def tree_6_1() -> Path:
    return tree("6.1")


@pytest.fixture(scope="session")
def tree_6_12() -> Path:
    return tree("6.12")


@pytest.fixture(scope="session")
def tree_7_3() -> Path:
    return tree("7.3")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in ("needs_spin", "needs_tree", "needs_qemu", "needs_chromium", "needs_dpkg"):
        if item.get_closest_marker(marker) is not None:
            wanted = _missing(marker)
            if wanted:
                pytest.skip(wanted)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With LASTPUT_NO_SKIP=1 a skip is a failure."""
    report = yield
    if _STRICT and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and LASTPUT_NO_SKIP=1 is set: {report.longrepr}"
    return report
