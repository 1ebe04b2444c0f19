"""Modules of a tree: which objects link into which .ko (Documentation/kbuild/makefiles.rst, modules.rst)."""

from __future__ import annotations

__all__ = ["Module", "directory_modules"]

import posixpath
import re

import msgspec

from lastput.c.kbuild.makefile import Assignments

_GOAL = re.compile(r"^(?:obj|lib)-(?:\$\((CONFIG_\w+)\)|([ym]))$")
_PARTS = ("-objs", "-y", "-m")
_CONDITIONAL = re.compile(r"-\$\(CONFIG_\w+\)$")


class Module(msgspec.Struct, frozen=True):
    """A unit that kbuild links; ``config`` is "" where none decides.

    ``goal`` is "m", "y" or "config": whether the Makefile says ``obj-m``, ``obj-y`` or ``obj-$(CONFIG_X)``.
    ``files`` are the sources, relative to the tree.
    """

    name: str
    directory: str
    config: str
    goal: str
    files: tuple[str, ...]


def directory_modules(directory: str, variables: Assignments) -> list[Module]:
    """What the Makefile of one directory links, from its assignments."""
    parts: dict[str, list[str]] = {}
    for name, words in variables.items():
        base = _CONDITIONAL.sub("", name)
        if base == name:
            suffix = next((one for one in _PARTS if name.endswith(one)), "")
            if not suffix:
                continue
            base = name.removesuffix(suffix)
        if base and base not in ("obj", "lib"):
            parts.setdefault(base, []).extend(words)
    found: dict[tuple[str, str, str], Module] = {}
    for name, words in variables.items():
        goal = _GOAL.match(name)
        if goal is None:
            continue
        config = (goal[1] or "").removeprefix("CONFIG_")
        kind = "config" if config else goal[2]
        for word in words:
            if not word.endswith(".o"):
                continue
            base = word[:-2]
            files = _objects(directory, base, parts, ())
            short = posixpath.basename(base).replace("-", "_")
            module = Module(short, directory, config, kind, tuple(dict.fromkeys(files)))
            found[(short, config, kind)] = module
    return list(found.values())


def _objects(directory: str, base: str, parts: dict[str, list[str]], above: tuple[str, ...]) -> list[str]:
    """Sources of one object, which may be made of others."""
    short = base
    files = []
    if short in parts and short not in above:
        for word in parts[short]:
            if word.endswith(".o"):
                files += _objects(directory, word[:-2], parts, (*above, short))
        # foo-y += foo.o is how a composite object holds a source of its own name.
        if f"{short}.o" not in parts[short]:
            return files
    files.append(posixpath.normpath(posixpath.join(directory, base + ".c")))
    return files
