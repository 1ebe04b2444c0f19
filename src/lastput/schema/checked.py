"""``lastput-check/1``: what checking one litmus test came to."""

from __future__ import annotations

__all__ = ["Assumed", "Checked", "Claim", "Expectation"]

from typing import Literal

import msgspec

from lastput.schema.trace import Trace


class Expectation(msgspec.Struct, frozen=True, omit_defaults=True):
    """The header of a test: ``results`` are (error class, name or ""), empty for safe. ``release`` is
    set if they are said of trees of that release only."""

    results: tuple[tuple[str, str], ...] = ()
    release: str = ""
    question: str = ""
    claims: tuple[str, ...] = ()
    stage: str = ""
    stated: bool = True


class Claim(msgspec.Struct, frozen=True):
    """A sentence that somebody said, which tests decide: those whose header names it. ``verdict`` holds
    if each of them gives the result that it expects; BOTH: right in one sense and wrong in another."""

    name: str
    says: str
    verdict: Literal["CONFIRM", "REFUTE", "BOTH", "OPEN"]
    because: str


class Assumed(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that a verdict stands on. ``kind`` is noop, any, object, weak, size, constant, initial value,
    array, union or left out; ``name`` what it is about, ``place`` (FILE:LINE:COLUMN) where that is used
    first, ``text`` the sentence; ``used``: some trace runs through it."""

    kind: str
    name: str
    place: str
    text: str
    used: bool = False


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """``verdict`` is SAFE, UNSAFE, UNKNOWN, ERROR when ``problem`` says why there is none, or NOT RUN
    when the test reads a kernel tree and none was given.

    ``reason`` explains UNKNOWN; ``wrong`` lists how the outcome differs from what the header says;
    ``assumptions`` are the sentences of ``assumed``, those first that a trace runs through; ``never`` what
    never happened; ``notes`` what the search wants to say.
    """

    schema: str = "lastput-check/1"
    file: str
    expected: Expectation
    verdict: str
    reason: str = ""
    problem: str = ""
    states: int = 0
    transitions: int = 0
    depth: int = 0
    complete: bool = False
    traces: tuple[Trace, ...] = ()
    wrong: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    assumed: tuple[Assumed, ...] = ()
    notes: tuple[str, ...] = ()
    saved: str = ""
