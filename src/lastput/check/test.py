"""A test that has been compiled, and what a trace wants to know of it."""

from __future__ import annotations

__all__ = ["Test", "compile_test"]

from collections.abc import Callable
from pathlib import Path

import msgspec

from lastput.check.kept import compiled
from lastput.check.request import Request
from lastput.check.trace.build import Context
from lastput.engine.program import Program
from lastput.errors import LastputError, Place
from lastput.facts.definitions.config import read_config
from lastput.facts.definitions.lookup import Headers
from lastput.model.compiled import KERNEL, Compiled, read_test

_MOST = 1 << 24  # bytes of a test


class Test(msgspec.Struct, frozen=True):
    """``release`` is that of the kernel tree, "" if it does not matter or is not known."""

    request: Request
    compiled: Compiled
    release: str = ""

    @property
    def program(self) -> Program:
        return self.compiled.program

    @property
    def name(self) -> str:
        return self.request.name or self.request.file

    def own(self, file: str) -> bool:
        """Whether a file is the test itself or comes from a kernel tree; headers that tests share are not
        meant to be used whole."""
        return file == self.request.file or (file in self.compiled.sources and "/" in file)

    def context(self) -> Context:
        """Names and source lines for the trace."""
        lines: dict[str, tuple[str, ...]] = {}
        beside = Path(self.request.file).parent

        def sources(file: str) -> tuple[str, ...]:
            if file not in lines:
                lines[file] = tuple(self.compiled.sources.get(file, "").splitlines())
            return lines[file]

        def shorten(file: str) -> str:
            if file == self.request.file:
                return self.name
            if (beside / file).is_file():
                return (Path(self.name).parent / file).as_posix()
            return f"lastput/{file}" if modelled(file) else file

        def modelled(file: str) -> bool:
            return not (beside / file).is_file() and (KERNEL / file).is_file()

        return Context(
            file=self.name,
            question=self.compiled.header.question,
            options=self.request.flags,
            sources=sources,
            shorten=shorten,
            modelled=modelled,
        )


def compile_test(request: Request, say: Callable[[str], None] | None = None) -> Test:
    """Compile what ``request`` names; ``say`` is told when a tree is opened for the first time, which takes
    long. Raises LastputError for what is wrong with the test."""
    path, read_tree, release = Path(request.file), request.read_tree, request.release
    if request.text is None and path.is_file() and path.stat().st_size > _MOST:
        raise LastputError(
            "too-big", f"{path} has more than 16 MiB", "a litmus test is a small file", Place(str(path))
        )
    tree, headers = None, request.headers
    if read_tree is None and request.model.tree:
        from lastput.c.tree import open_tree

        tree = open_tree(request.model.tree, say or _silent)
        read_tree = tree.read
        config = read_config(request.model.config) if request.model.config else None
        headers = headers or Headers(tree, config)
    text = read_test(request.file) if request.text is None else request.text
    if read_tree is None:
        made = compiled(text, request.file, request.model)
    else:
        from lastput.model.compile import compile_text

        made = compile_text(text, request.file, request.model, read_tree, headers)
    if tree is not None and made.header.by_release:
        release = tree.release()
    return Test(request, made, release)


def _silent(_: str) -> None:
    return None
