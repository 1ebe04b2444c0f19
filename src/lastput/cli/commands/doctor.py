"""Say what this installation has: versions, the shelf, programs and kernel trees.

Nothing of the list is required but Python and the packages that pip installs.
"""

from __future__ import annotations

import argparse

HELP = "say what this installation has"


def configure(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> int:
    import platform
    import shutil
    from importlib import metadata
    from pathlib import Path

    from lastput import __version__
    from lastput.cli import shelf

    print(f"lastput {__version__}, Python {platform.python_version()}, {platform.platform()}")
    for name in ("msgspec", "numpy", "numba", "llvmlite", "rich"):
        try:
            print(f"  {name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            print(f"  {name} is missing: pip install {name}")
    print(f"shelf: {', '.join(shelf.folders()) or 'none'}")
    for program in ("spin", "gcc"):
        print(
            f"{program}: {shutil.which(program) or 'none (only for `lastput export` and the oracle tests)'}"
        )
    _replay()
    trees = sorted(Path("/usr/src").glob("linux-source-*.tar.*"))
    found = ", ".join(str(tree) for tree in trees)
    print(f"kernel trees: {found or 'none (apt install linux-source-6.12 gives one for --tree)'}")
    return 0


def _replay() -> None:
    """What `lastput replay` needs."""
    import shutil
    from importlib import metadata

    for package in ("capstone", "pyelftools", "qemu.qmp", "zstandard"):
        try:
            print(f"  {package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            print(f"  {package} is missing (only for `lastput replay`): pip install 'lastput[replay]'")
    for program, package in (("qemu-system-x86_64", "qemu-system-x86"), ("busybox", "busybox-static")):
        found = shutil.which(program)
        print(f"{program}: {found or f'none (only for `lastput replay`: apt install {package})'}")
