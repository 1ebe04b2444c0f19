"""A test that is about to be written down: what is taken from the tree, what exists, and who runs."""

from __future__ import annotations

__all__ = ["Harness", "Running", "Taken"]

import msgspec


class Taken(msgspec.Struct, frozen=True):
    """Functions of one file of the tree, each with the reason why it is not left to any value."""

    path: str
    functions: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.functions)


class Running(msgspec.Struct, frozen=True):
    """A thread of the test and its statements, one a line, in litmus C."""

    name: str
    lines: tuple[str, ...]


class Harness(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a generated test has.

    ``question`` is its first sentence, ``about`` further lines of its first comment. ``models`` is litmus C
    that stands before the source: tokens, stand-ins. ``objects`` are declarations, ``boot`` the statements
    that build the heap, alone, before the first step. ``module`` is the module whose text the taken
    functions are ("" for built-in code). ``pools`` bound the objects of a type; those in ``may_leak`` are
    the harness's own."""

    question: str
    about: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    module: str = ""
    models: str = ""
    taken: tuple[Taken, ...]
    pools: tuple[tuple[str, int], ...] = ()
    may_leak: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    boot: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    threads: tuple[Running, ...]
