"""The Debian package builds, and what is in it works away from the checkout: command, tests, pages, manuals.

It is built as ``pip install`` would install it, so the wheel is tested with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.needs_dpkg, pytest.mark.xdist_group("package")]

_ROOT = Path(__file__).parent.parent
_NEEDED = ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in", "src", "docs", "litmus", "debian")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the package, unpacked."""
    folder = tmp_path_factory.mktemp("package")
    source = folder / "lastput"
    source.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in _NEEDED:
        if (_ROOT / name).is_dir():
            shutil.copytree(_ROOT / name, source / name, symlinks=True, ignore=ignored)
        else:
            shutil.copy(_ROOT / name, source / name)
    built = subprocess.run(
        ["dpkg-buildpackage", "-b", "-us", "-uc", "-d"], cwd=source, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stdout[-2000:] + built.stderr[-2000:]
    (package,) = folder.glob("lastput_*.deb")
    unpacked = folder / "root"
    subprocess.run(["dpkg-deb", "-x", str(package), str(unpacked)], check=True)
    shutil.rmtree(source)
    package.unlink()
    return unpacked


def _run(installed: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(installed / "usr/bin/lastput"), *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=installed)


def test_its_command_checks_a_test(installed: Path) -> None:
    found = _run(installed, "check", "workqueue/self-flush")
    assert (found.returncode, found.stderr) == (1, "")
    assert "deadlock" in found.stdout


def test_its_documentation(installed: Path) -> None:
    assert _run(installed, "help", "glossary").stdout.startswith("# Words")
    assert _run(installed, "help", "no-tree").stdout.startswith("[no-tree]")
    manuals = {path.name for path in (installed / "usr/share/man/man1").iterdir()}
    assert {"lastput.1.gz", "lastput-check.1.gz"} <= manuals


def test_it_misses_nothing(installed: Path) -> None:
    """Packages that it needs are inside; programs may be missing."""
    found = _run(installed, "doctor")
    assert found.returncode == 0, found.stdout
