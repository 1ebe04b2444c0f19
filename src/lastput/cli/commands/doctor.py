"""Say what this installation has, and what is missing.

  lastput doctor

Exit code 2 if a package that lastput needs is missing. Everything else is
optional: each line says what it is for and how to get it.
"""

from __future__ import annotations

import argparse

HELP = "say what this installation has, and what is missing"

_PACKAGES = (
    "ahocorasick-rs",
    "jinja2",
    "llvmlite",
    "msgspec",
    "numba",
    "numpy",
    "platformdirs",
    "rich",
    "shtab",
    "tree-sitter",
    "tree-sitter-c",
    "unidiff",
)

#: Packages of the extras: what for, and the extra.
_EXTRAS = (
    ("capstone", "`lastput replay`", "replay"),
    ("distributed", "`--on dask://HOST:PORT`", "cluster"),
    ("lz4", "`lastput replay`", "replay"),
    ("pygls", "`lastput lsp`", "lsp"),
    ("pyelftools", "`lastput replay`, `lastput explain --vmlinux`", "elf"),
    ("qemu.qmp", "`lastput replay`", "replay"),
    ("zstandard", "`lastput replay`", "replay"),
)

#: Programs that are used when present: what for, and what installs them on Debian.
_PROGRAMS = (
    ("spin", "`lastput export --promela` and its oracle tests", "apt install spin"),
    ("gcc", "to compile what SPIN writes, and the guest of `lastput replay`", "apt install gcc libc6-dev"),
    ("qemu-system-x86_64", "`lastput replay`", "apt install qemu-system-x86"),
    ("busybox", "`lastput replay`", "apt install busybox-static"),
)


def configure(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> int:
    import platform
    import shutil
    from importlib import metadata
    from pathlib import Path

    from lastput import __version__
    from lastput.cli import shelf
    from lastput.replay.cache import base

    missing = False
    print(f"lastput {__version__}, Python {platform.python_version()}, {platform.platform()}")
    print("packages:")
    for name in _PACKAGES:
        try:
            print(f"  has      {name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            print(f"  MISSING  {name}: pip install {name}")
            missing = True
    folders = shelf.folders()
    print(f"litmus tests:\n  {'has      ' + ', '.join(folders) if folders else 'MISSING  reinstall lastput'}")
    print("optional packages:")
    for name, purpose, extra in _EXTRAS:
        try:
            print(f"  has      {name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            print(f"  without  {name} ({purpose}): pip install 'lastput[{extra}]'")
    print("optional programs:")
    for program, purpose, install in _PROGRAMS:
        found = shutil.which(program)
        print(f"  has      {found}" if found else f"  without  {program} ({purpose}): {install}")
    print("optional kernel trees, for --tree:")
    trees = sorted(Path("/usr/src").glob("linux-source-*.tar.*"))
    for tree in trees:
        print(f"  has      {tree}")
    if not trees:
        print("  without  apt install linux-source-6.12, or a git checkout")
    print(f"cache, listed by `lastput cache`:\n  {base()}")
    return 2 if missing or not folders else 0
