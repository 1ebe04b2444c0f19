"""What a command that reads a tree was pointed at: a tree, a part of one, or a packed one."""

from __future__ import annotations

__all__ = ["Asked", "asked", "headers", "tree_of"]

from collections.abc import Sequence
from pathlib import Path

import msgspec

from lastput.cli.unpacked import unpacked
from lastput.errors import LastputError
from lastput.facts.headers import header_roots
from lastput.facts.membership import is_kernel

#: What makes the folder above a file part of the same module.
_BUILDS = ("Makefile", "Kbuild", "CMakeLists.txt", "dkms.conf", "configure.ac")


class Asked(msgspec.Struct, frozen=True):
    """``root`` is the tree that is read. ``paths``, relative to it, are what is asked of it; none: all."""

    root: Path
    paths: tuple[str, ...] = ()


def asked(words: Sequence[str]) -> Asked:
    """The tree that holds all of ``words``, folders and files; one may be a tar archive of a tree.

    A folder or file inside a kernel tree means that tree. Elsewhere a folder is a tree of its own, and a
    file belongs to the highest folder above it that is built with it.

    Raises LastputError ``no-tree``, ``two-trees``.
    """
    places = [Path(word) for word in words] or [Path()]
    for place in places:
        if not place.exists():
            raise LastputError(
                "no-tree", f"{place} does not exist", "name a folder, a C file or a tar archive"
            )
    if len(places) == 1 and places[0].is_file() and places[0].suffix not in (".c", ".h"):
        return Asked(unpacked(places[0]))
    roots = {tree_of(place) for place in places}
    if len(roots) > 1:
        one, two = sorted(map(str, roots))[:2]
        raise LastputError(
            "two-trees", f"these lie in two trees: {one} and {two}", "ask for each tree by itself"
        )
    (root,) = roots
    paths = tuple(place.resolve().relative_to(root.resolve()).as_posix() for place in places)
    return Asked(root, () if "." in paths else paths)


def tree_of(place: Path) -> Path:
    """The top of the tree that a folder or file belongs to: as it was given, if it is one itself."""
    whole = place.resolve()
    folder = place if place.is_dir() else place.parent
    if is_kernel(folder):
        return folder
    for above in whole.parents:
        if is_kernel(above):
            return above
    if place.is_dir():
        return place
    root = whole.parent
    for above in (whole.parent, *whole.parent.parents):
        if any((above / name).is_file() for name in _BUILDS):
            root = above
        elif above != whole.parent:
            break
        if (above / ".git").exists():
            break
    return root


def headers(word: str | None, root: Path) -> Path | None:
    """The kernel that ``--kernel`` names: a tree, a folder of headers, or a tar archive of a tree. A
    kernel tree has its own. Raises LastputError ``no-headers``, ``no-tree``."""
    if word is None or is_kernel(root):
        return None
    kernel = Path(word) if Path(word).is_dir() else unpacked(Path(word))
    header_roots(kernel)
    return kernel
