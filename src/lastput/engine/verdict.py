"""What a search is asked and what it answers."""

from __future__ import annotations

__all__ = ["Finding", "Options", "Progress", "Result", "Schedule", "Verdict"]

import enum
from typing import Any, Literal

import msgspec

from lastput.engine.interpret import State
from lastput.engine.program import ErrorClass

#: Steps in order, each (thread, choice), from the state after the boot threads.
Schedule = tuple[tuple[int, int], ...]


class Verdict(enum.Enum):
    SAFE = "SAFE"
    UNSAFE = "UNSAFE"
    UNKNOWN = "UNKNOWN"


class Options(msgspec.Struct, frozen=True):
    """``merge``, ``symmetry`` and ``partial_order`` switch the reductions; there is no partial order
    without merging. ``max_states`` and ``max_memory`` (bytes) are 0 for no limit. ``engine`` 'auto' takes
    the compiled engine when a search grows. ``order`` 'dfs' goes deep first; a whole search finds the same
    in either order. ``livelocks``: ask a small search, too, whether some thread can never end."""

    merge: bool = True
    symmetry: bool = True
    partial_order: bool = True
    engine: Literal["auto", "python", "compiled"] = "auto"
    max_states: int = 0
    max_memory: int = 0
    order: Literal["bfs", "dfs"] = "bfs"
    livelocks: bool = True


class Progress(msgspec.Struct, frozen=True):
    """A look at a running search. ``phase`` is 'search' or 'trace'."""

    phase: str
    stored: int
    transitions: int
    depth: int
    frontier: int


class Finding(msgspec.Struct, frozen=True):
    """One way to one error class.

    ``schedule`` leads to it, the failing step included; ``state`` is the state after it, or before
    the failing step if that gave none. ``thread`` ran that step, -1 for deadlocks and leaks.
    ``address``, ``object`` (an index into Program.objects) and ``text`` (into Program.texts) are -1
    if there is none.
    """

    error: ErrorClass
    message: str
    schedule: Schedule
    state: State
    thread: int = -1
    address: int = -1
    object: int = -1
    text: int = -1
    note: str = ""


class Result(msgspec.Struct, frozen=True):
    """The outcome of a search.

    ``stored`` counts the distinct states kept, the first one included; with every reduction off
    these are all reachable states. ``transitions`` counts enabled steps (or blocks of them) that led
    to a state, ``failures`` those that ended in an error and led nowhere. ``depth`` is the greatest
    number of transitions from the first state. ``executed`` and ``blocked`` tell for each location
    whether a step from it was run, and whether one was found not enabled. ``ranges`` are the value
    ranges of the slot groups that were needed. ``demoted`` are locations whose declared kind did not
    hold: another thread raced with them. ``snapshot`` is what ``resume.save`` takes, None if the
    search is complete.
    """

    verdict: Verdict
    reason: str
    findings: tuple[Finding, ...]
    stored: int
    transitions: int
    failures: int
    depth: int
    complete: bool
    executed: tuple[bool, ...]
    blocked: tuple[bool, ...]
    ranges: tuple[tuple[int, int], ...]
    engine: str = "python"
    demoted: tuple[int, ...] = ()
    snapshot: Any = None
