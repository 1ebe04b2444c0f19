"""Modules of a tree: which objects link into which .ko (Documentation/kbuild/makefiles.rst, modules.rst)."""

from __future__ import annotations

__all__ = ["Module", "directory_modules", "orphans"]

import posixpath
import re

import msgspec

from lastput.c.kbuild.expand import CLOSE, OPEN
from lastput.c.kbuild.makefile import Assignments

_UNKNOWN = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
_GOAL = re.compile(f"^(?:obj|lib)-(?:{OPEN}([^{CLOSE}]+){CLOSE}|([ym]))$")
_PARTS = ("-objs", "-y", "-m")
_CONDITIONAL = re.compile(f"-{OPEN}[^{CLOSE}]*{CLOSE}$")


class Module(msgspec.Struct, frozen=True):
    """A unit that kbuild links; ``config`` is "" where none decides.

    ``goal`` is "m", "y" or "config": whether the Makefile says ``obj-m``, ``obj-y`` or ``obj-$(CONFIG_X)``
    (or another variable that it does not set). ``files`` are the sources, relative to the tree.
    """

    name: str
    directory: str
    config: str
    goal: str
    files: tuple[str, ...]


def directory_modules(directory: str, variables: Assignments) -> list[Module]:
    """What the Makefile of one directory links, from its assignments."""
    parts = _parts(variables)
    found: dict[tuple[str, str, str], Module] = {}
    for name, words in variables.items():
        goal = _GOAL.match(name)
        if goal is None:
            continue
        config = (goal[1] or "").removeprefix("CONFIG_")
        kind = "config" if config else goal[2]
        for word in words:
            if word.endswith(".o") and word != ".o":
                module = _module(directory, word[:-2], config, kind, parts)
                found[(module.name, config, kind)] = module
    return list(found.values())


def orphans(directory: str, variables: Assignments) -> list[Module]:
    """Lists of objects that no goal of this Makefile names: ``foo-objs := a.o`` where what makes ``obj-m`` of
    foo is an include that is made at build time. Programs that run while it builds are none."""
    parts = _parts(variables)
    goals = {
        posixpath.basename(word)
        for name, words in variables.items()
        if _GOAL.match(name) or name.startswith("hostprogs")
        for word in words
    }
    used = {word for words in parts.values() for word in words}
    return [
        _module(directory, base, "", "m", parts)
        for base, words in parts.items()
        if not {base, f"{base}.o"} & (goals | used)
        and any(word.endswith(".o") and posixpath.basename(word) not in goals for word in words)
    ]


def _parts(variables: Assignments) -> dict[str, list[str]]:
    """What each composite object is made of."""
    parts: dict[str, list[str]] = {}
    for name, words in variables.items():
        base = _CONDITIONAL.sub("", name)
        suffix = next((one for one in _PARTS if base.endswith(one)), "")
        if base == name and not suffix:
            continue
        base = base.removesuffix(suffix)
        if base and base not in ("obj", "lib"):
            parts.setdefault(base, []).extend(words)
    return parts


def _module(directory: str, base: str, config: str, kind: str, parts: dict[str, list[str]]) -> Module:
    files = _objects(directory, base, parts, ())
    name = _UNKNOWN.sub(lambda match: match[1].lower(), posixpath.basename(base)).replace("-", "_")
    return Module(name, directory, config, kind, tuple(dict.fromkeys(files)))


def _objects(directory: str, base: str, parts: dict[str, list[str]], above: tuple[str, ...]) -> list[str]:
    """Sources of one object, which may be made of others."""
    files = []
    if base in parts and base not in above:
        for word in parts[base]:
            if word.endswith(".o"):
                files += _objects(directory, word[:-2], parts, (*above, base))
        # foo-y += foo.o is how a composite object holds a source of its own name.
        if f"{base}.o" not in parts[base]:
            return files
    files.append(_source(directory, base))
    return files


def _source(directory: str, base: str) -> str:
    """The path of a source. ``$(src)/a`` has the directory already; what is not known is left out."""
    base = _UNKNOWN.sub("", base).removeprefix("./")
    if base.startswith("/") or (directory and base.startswith(f"{directory}/")):
        return posixpath.normpath(base.lstrip("/")) + ".c"
    return posixpath.normpath(posixpath.join(directory, base)) + ".c"
