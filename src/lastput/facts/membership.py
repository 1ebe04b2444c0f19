"""Kbuild and Kconfig of a tree into the tables ``configs``, ``modules`` and ``module_files``.

In a kernel tree only ``Makefile`` and ``Kbuild`` count, and ``obj-$(CONFIG_X)`` is a module if Kconfig says
``tristate``. Elsewhere people write Makefiles in other ways: under other names, as templates of a configure
script, in CMake, with symbols that no Kconfig declares; there a module is what can be one.
"""

from __future__ import annotations

__all__ = ["is_kernel", "write_membership"]

import fnmatch
import posixpath
import re
import sqlite3
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from lastput.c.kbuild.cmake import generated_makefiles, settings
from lastput.c.kbuild.kconfig import symbol_types
from lastput.c.kbuild.makefile import read_makefile
from lastput.c.kbuild.modules import Module, directory_modules, orphans
from lastput.facts.walk import Found

_TOP = frozenset({"Kbuild", "Kconfig", "MAINTAINERS"})
_PLAIN = ("Kbuild", "Makefile")
_SAYS = re.compile(r"\bobj-|-objs\b|-y\s*[:+]?=")
_AS_MODULE = re.compile(r"\bCONFIG_(\w+)\s*[:?]?=\s*\"?m\b")


def is_kernel(tree: Path) -> bool:
    """Whether ``tree`` is the top of a whole kernel tree, not a module outside of one."""
    return all((tree / name).exists() for name in _TOP)


def write_membership(
    connection: sqlite3.Connection,
    tree: Path,
    sources: Sequence[Found],
    makefiles: Sequence[Found],
    kconfigs: Sequence[Found],
) -> None:
    """Make the three tables anew. What cannot be read is left out."""
    for table in ("configs", "modules", "module_files"):
        connection.execute(f"DELETE FROM {table}")
    types: dict[str, str] = {}
    for one in kconfigs:
        for name, kind in symbol_types(_read(tree, one.path) or "").items():
            if types.get(name) != "tristate":
                types[name] = kind
    connection.executemany("INSERT INTO configs VALUES (?, ?)", sorted(types.items()))
    if is_kernel(tree):
        found = [
            (module, module.goal == "m" or types.get(module.config) == "tristate")
            for one in makefiles
            if posixpath.basename(one.path) in _PLAIN
            for module in _modules(tree, one.path)
        ]
    else:
        found = _Outside(tree, sources, makefiles, types).modules()
    for identifier, (module, modular) in enumerate(found, 1):
        connection.execute(
            "INSERT INTO modules VALUES (?, ?, ?, ?, ?, '')",
            (identifier, module.name, module.directory, module.config, modular),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO module_files VALUES (?, ?)", ((identifier, path) for path in module.files)
        )


def _modules(tree: Path, path: str) -> list[Module]:
    directory, name = posixpath.split(path)
    return directory_modules(directory, read_makefile(directory, name, lambda one: _read(tree, one)))


class _Outside:
    """The modules of a tree that is no kernel."""

    def __init__(
        self, tree: Path, sources: Sequence[Found], makefiles: Sequence[Found], types: dict[str, str]
    ) -> None:
        self._tree, self._types = tree, types
        self._makefiles = [one.path for one in makefiles]
        self._paths = sorted({one.path for one in sources if one.path.endswith(".c")})
        self._known = frozenset(self._paths)
        self._included: set[str] = set()
        self._texts: dict[str, str | None] = {}

    def modules(self) -> list[tuple[Module, bool]]:
        """Each with whether it can be a .ko; those that two Makefiles make are one."""
        merged: dict[tuple[str, str], tuple[Module, bool]] = {}
        for module in self._all():
            places = dict.fromkeys(self._place(module.directory, path) for path in module.files)
            files = tuple(path for path in places if path in self._known)
            modular = self._modular(module)
            key = (module.directory, module.name)
            if key in merged:
                before, was = merged[key]
                files, modular = tuple(dict.fromkeys((*before.files, *files))), modular or was
            merged[key] = (msgspec.structs.replace(module, files=files), modular)
        return list(merged.values())

    def _all(self) -> Iterator[Module]:
        for path in sorted(self._makefiles, key=_rank):
            if path in self._included or posixpath.basename(path) in _OTHERS:
                continue
            yield from self._of(path, self._text(path) or "")
        for path in self._makefiles:
            if posixpath.basename(path) == "CMakeLists.txt":
                for text in generated_makefiles(self._text(path) or ""):
                    yield from self._of(posixpath.join(posixpath.dirname(path), "Kbuild"), text)

    def _of(self, path: str, text: str) -> Iterator[Module]:
        if not _SAYS.search(text) and "include" not in text:
            return
        directory, name = posixpath.split(path)

        def read(wanted: str) -> str | None:
            return text if wanted == posixpath.normpath(path) else self._include(wanted)

        variables = read_makefile(directory, name, read, self._glob, self._settings)
        yield from directory_modules(directory, variables)
        for one in orphans(directory, variables):
            # Lists of objects also serve programs; a module has sources here.
            if any(file in self._known for file in one.files):
                yield one

    def _modular(self, module: Module) -> bool:
        if module.goal != "config":
            return module.goal == "m"
        return self._types.get(module.config, "tristate") == "tristate" or module.config in self._as_module

    @cached_property
    def _as_module(self) -> frozenset[str]:
        """Symbols that something in the tree, a Makefile or dkms.conf, sets to m."""
        texts = (self._text(path) or "" for path in self._makefiles)
        return frozenset(name for text in texts for name in _AS_MODULE.findall(text))

    @cached_property
    def _settings(self) -> dict[str, list[str]]:
        """What configure scripts put in for ``@NAME@``, as far as they say it."""
        found: dict[str, list[str]] = {}
        for path in self._makefiles:
            if posixpath.basename(path) in _OTHERS:
                for name, value in settings(self._text(path) or ""):
                    found.setdefault(name, []).append(value)
        return {name: values for name, values in found.items() if len(set(values)) == 1}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self._paths:
            found.setdefault(posixpath.basename(path), []).append(path)
        return found

    def _place(self, directory: str, path: str) -> str:
        """Where a source is that the Makefile puts where there is none: in a folder that a variable names."""
        if path in self._known:
            return path
        alike = self._by_name.get(posixpath.basename(path), [])
        below = [one for one in alike if one.startswith(f"{directory}/") or not directory]
        ends = [one for one in alike if one.endswith(f"/{path.removeprefix(f'{directory}/')}")]
        for some in (ends, below, alike):
            if len(some) == 1:
                return some[0]
        return path

    def _text(self, path: str) -> str | None:
        if path not in self._texts:
            self._texts[path] = _read(self._tree, path)
        return self._texts[path]

    def _include(self, path: str) -> str | None:
        text = self._text(path)
        if text is not None:
            self._included.add(path)
        return text

    def _glob(self, pattern: str) -> list[str]:
        plain = posixpath.normpath(pattern)
        prefix = "./" if pattern.startswith("./") else ""
        if not any(letter in plain for letter in "*?["):
            return [pattern] if (self._tree / plain).exists() else []
        match = re.compile(fnmatch.translate(plain).replace(".*", "[^/]*"))
        return [prefix + path for path in self._paths if match.match(path)]


#: What is read for what it sets, not as a Makefile.
_OTHERS = frozenset({"CMakeLists.txt", "dkms.conf", "dkms.conf.in", "configure.ac", "configure.in"})


def _rank(path: str) -> tuple[int, str]:
    """Kbuild and Makefile first: what they include is read as part of them."""
    name = posixpath.basename(path)
    return (_PLAIN.index(name) if name in _PLAIN else len(_PLAIN), path)


def _read(tree: Path, path: str) -> str | None:
    try:
        return (tree / path).read_text("latin-1")
    except (OSError, ValueError):
        return None
