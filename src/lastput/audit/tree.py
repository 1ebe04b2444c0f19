"""What the audit itself needs of a fact base. Rules use the whole of ``lastput.facts``."""

from __future__ import annotations

__all__ = ["FunctionRange", "OpenTree", "Overlaid", "Tree"]

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import msgspec

from lastput.schema.audit import OwnModule


class FunctionRange(msgspec.Struct, frozen=True, order=True):
    """A function definition: its name, first and last line."""

    name: str
    first: int
    last: int


class Tree(Protocol):
    """A kernel tree that has been read. ``digest`` is the same for the same contents."""

    @property
    def facts(self) -> Any:
        """The fact base, as rules see it."""
        ...

    @property
    def root(self) -> Path: ...

    @property
    def release(self) -> str: ...

    @property
    def digest(self) -> str: ...

    @property
    def coverage(self) -> str:
        """One line: how much of the tree was read, and what was skipped."""
        ...

    def own_modules(self) -> Iterable[OwnModule]:
        """Files that begin a module and that no Makefile links, sorted."""
        ...

    def paths(self) -> Iterable[str]:
        """All files that were read, relative to ``root``, sorted."""
        ...

    def marked(self) -> Iterable[str]:
        """The files in which ``lastput:`` stands (more may be named), sorted."""
        ...

    def text(self, path: str) -> str | None:
        """A file's text, the lines as in the file; None if there is none."""
        ...

    def functions_in(self, path: str) -> Iterable[FunctionRange]:
        """The functions that a file defines, by line."""
        ...


#: Opens the tree in this process; it is called once in each worker, so it must pickle.
OpenTree = Callable[[], Tree]


@runtime_checkable
class Overlaid(Protocol):
    """A tree that can also be read as it would be with other contents of some files."""

    def overlaid(self, texts: Mapping[str, str | None], folder: Path) -> AbstractContextManager[OpenTree]:
        """What opens the tree with the files of ``texts`` replaced (None: absent), while it is entered;
        ``folder`` is a place for what that takes."""
        ...
