"""The headers of a kernel that a module outside of it includes, and what those include."""

from __future__ import annotations

__all__ = ["header_roots", "reachable"]

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from lastput.errors import LastputError
from lastput.facts.walk import Found

_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([\w./+-]+)[>"]', re.MULTILINE)
_ELSEWHERE = re.compile(r"^include\s+(/\S+)/Makefile\s*$", re.MULTILINE)
_FOLDERS = ("include", "arch/{}/include", "include/generated", "arch/{}/include/generated")
_UAPI = ("include/uapi", "arch/{}/include/uapi")


def header_roots(kernel: Path) -> tuple[Path, ...]:
    """Where the headers lie: ``kernel`` itself, and the folder that its Makefile sends make to, as Debian's
    linux-headers packages do. Raises LastputError ``no-headers``."""
    roots = [kernel]
    try:
        text = (kernel / "Makefile").read_text("utf-8", "replace")
    except OSError:
        text = ""
    roots += [Path(one) for one in _ELSEWHERE.findall(text)]
    if not any((root / "include/linux/module.h").is_file() for root in roots):
        raise LastputError(
            "no-headers",
            f"{kernel} holds no include/linux/module.h",
            "name a kernel tree, its tarball, or /lib/modules/RELEASE/build",
        )
    return tuple(roots)


def reachable(tree: Path, sources: Sequence[Found], kernel: Path) -> list[Found]:
    """The headers below ``kernel`` that ``sources`` of ``tree`` reach, by absolute path, sorted.

    Of architectures x86 counts, or the only one that is there.
    """
    folders = [folder for root in header_roots(kernel) for folder in _folders(root)]
    known: dict[str, str] = {}
    pending = [name for one in sources if not one.skipped for name in _includes(tree / one.path)]
    while pending:
        name = pending.pop()
        if name in known:
            continue
        known[name] = path = next(
            (whole for folder in folders if Path(whole := f"{folder}/{name}").is_file()), ""
        )
        if path:
            pending += _includes(Path(path))
    paths = sorted({os.path.normpath(path) for path in known.values() if path})
    return [_found(path) for path in paths]


def _folders(root: Path) -> Iterable[str]:
    try:
        arches = sorted(one.name for one in (root / "arch").iterdir() if (one / "include").is_dir())
    except OSError:
        arches = []
    arch = arches[0] if len(arches) == 1 else "x86"
    return [f"{root.resolve()}/{folder.format(arch)}" for folder in (*_FOLDERS, *_UAPI)]


def _includes(path: Path) -> list[str]:
    try:
        return [name.decode() for name in _INCLUDE.findall(path.read_bytes())]
    except OSError:
        return []


def _found(path: str) -> Found:
    status = Path(path).stat()
    return Found(path, status.st_size, status.st_mtime_ns, "")
