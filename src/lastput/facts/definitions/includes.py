"""Which headers a C file sees: what it includes, and what that includes, as kbuild's search path finds it."""

from __future__ import annotations

__all__ = ["Includes"]

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from lastput.errors import LastputError
from lastput.facts.definitions.base import HeaderBase
from lastput.facts.definitions.scan import included

_SEARCHED = ("include", "arch/x86/include", "include/uapi", "arch/x86/include/uapi")
_FLAG = re.compile(r"-I\s*(\S+)")
_SET = re.compile(r"^\s*([\w-]+)\s*[:?]?=\s*(\S+)\s*$", re.MULTILINE)
_MOST = 400  # headers beside the sources that one file may bring


class Includes:
    """The headers of one C file. ``own`` are those that lie outside of ``include/``: they are read at
    once."""

    def __init__(self, base: HeaderBase, source: str) -> None:
        self.base = base
        self.source = source
        self.own: dict[str, None] = {}
        try:
            text = base.tree.read(source)
        except LastputError:
            text = ""
        self._first = [(name, source) for name, _ in included(text)]
        self._add_own()

    def _add_own(self) -> None:
        waiting = list(self._first)
        while waiting and len(self.own) < _MOST:
            name, by = waiting.pop(0)
            path = self._beside(name, by)
            if path and path not in self.own:
                self.own[path] = None
                self.base.add([path])
                waiting += [(inner, path) for inner, _ in self.base.includes(path)]

    @cached_property
    def seen(self) -> frozenset[str]:
        """All headers that the file sees, directly or not."""
        found: set[str] = set(self.own)
        waiting = [(name, by) for name, by in self._first]
        waiting += [(name, path) for path in self.own for name, _ in self.base.includes(path)]
        while waiting:
            name, by = waiting.pop()
            for path in self._candidates(name, by):
                if path not in found:
                    found.add(path)
                    waiting += [(inner, path) for inner, _ in self.base.includes(path)]
        return frozenset(found)

    def _candidates(self, name: str, by: str) -> Iterator[str]:
        near = posixpath.normpath(posixpath.join(posixpath.dirname(by), name))
        if self.base.has(near):
            yield near
            return
        found = [path for top in _SEARCHED if self.base.has(path := f"{top}/{name}")]
        if name.startswith("asm/"):
            found += [path for path in (f"include/asm-generic/{name[4:]}",) if self.base.has(path)]
        yield from found

    def _beside(self, name: str, by: str) -> str:
        """The path of an included file that is none of the shared headers; "" if it is one, or is nowhere."""
        near = posixpath.normpath(posixpath.join(posixpath.dirname(by), name))
        if not near.startswith("../") and not near.startswith(_SEARCHED) and self.base.tree.stamp(near):
            return near
        if any(self.base.has(f"{top}/{name}") for top in _SEARCHED):
            return ""
        for folder in self._flags:
            path = posixpath.normpath(posixpath.join(folder, name))
            if not path.startswith("../") and not path.startswith(_SEARCHED) and self.base.tree.stamp(path):
                return path
        return ""

    @cached_property
    def _flags(self) -> list[str]:
        """The folders of ``-I`` in the Makefiles of the file's folder and of those above it."""
        found: dict[str, None] = {}
        folder = posixpath.dirname(self.source)
        while folder:
            try:
                text = self.base.tree.read(f"{folder}/Makefile")
            except LastputError:
                text = ""
            known = {"src": folder, "obj": folder, "srctree": ".", "objtree": "."}
            known.update((name, value) for name, value in _SET.findall(text) if name not in known)
            for flag in _FLAG.findall(text):
                path = posixpath.normpath(_expand(flag, known))
                if not path.startswith(("..", "/")) and "$" not in path:
                    found[path] = None
            folder = posixpath.dirname(folder)
        return list(found)


def _expand(text: str, known: dict[str, str]) -> str:
    for _ in range(8):
        shorter = re.sub(r"\$[({]([\w-]+)[)}]", lambda match: known.get(match[1], match[0]), text)
        if shorter == text:
            break
        text = shorter
    # $(srctree)/$(src): both begin at the top where sources are built in place
    return text.removeprefix("./")
