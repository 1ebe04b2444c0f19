"""``lastput-explain/1``: what a kernel log reported, and what lastput makes of it."""

from __future__ import annotations

__all__ = [
    "Certainty",
    "Diagnosis",
    "Explained",
    "Explanation",
    "Frame",
    "Lock",
    "Report",
    "Role",
    "Snippet",
    "Stack",
    "TestMatch",
]

from enum import StrEnum

import msgspec


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a call trace.

    ``function`` is empty when the kernel had no symbol for ``address`` (0: not printed). ``offset`` and
    ``size`` are bytes into and of the function, ``reliable`` is False behind a ``?``, ``place`` is
    ``file:line`` where the log was decoded, ``resolved`` is True when lastput supplied the symbol.
    """

    function: str = ""
    module: str = ""
    offset: int = 0
    size: int = 0
    address: int = 0
    reliable: bool = True
    inline: bool = False
    place: str = ""
    resolved: bool = False


class Role(StrEnum):
    """Whose a call trace is. The story is of ``TASK``; others say what happened before, or elsewhere."""

    TASK = "task"  # what the report is about: the task, or the interrupt, that met the fault
    ALLOCATED = "allocated"
    FREED = "freed"
    QUEUED = "queued"  # KASAN: the last work item or RCU callback that was given the object
    QUEUED_BEFORE = "queued before"
    PAGE_ALLOCATED = "page allocated"  # page_owner: who got the page, long before the object
    PAGE_FREED = "page freed"
    LOCK = "lock"  # lockdep: how the lock in ``title`` was taken before
    STORED = "stored"  # KMSAN: where the value went through memory
    CREATED = "created"  # KMSAN, ref_tracker: where it began
    RACING = "racing"  # KCSAN: the other access
    OTHER_TASK = "other task"
    OTHER_CPU = "other cpu"
    STARVED = "starved"  # RCU: the grace-period thread
    AFTERWARDS = "afterwards"  # panic() after a report, or why preemption was off


class Stack(msgspec.Struct, frozen=True, omit_defaults=True):
    """A call trace, innermost frame first, with its role. ``title`` names the lock of ``LOCK``.

    ``cuts`` are indices of frames at which an outer context begins: what the interrupt, softirq or NMI
    inside of it had interrupted. ``cpu`` (-1), ``pid`` (0) and ``comm`` are what the log tells of it.
    """

    role: Role
    frames: tuple[Frame, ...] = ()
    title: str = ""
    cuts: tuple[int, ...] = ()
    cpu: int = -1
    pid: int = 0
    comm: str = ""


class Lock(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lock that lockdep names. ``role`` is ``wants`` or ``holds`` (the last one that a sleeping task
    "holds" may be the one that it waits for); ``at`` is the function that took it, ``by`` the task
    (``comm/pid``), ``rank`` the place in the list of its locks (-1: not listed)."""

    name: str
    role: str
    address: str = ""
    at: str = ""
    by: str = ""
    rank: int = -1


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One report of a log: ``kind`` is the parser's name, ``head`` the line that opened it.

    ``line`` and ``last`` count lines of the log from 1; ``facts`` are named values of its own kind of
    report; ``cpu`` is -1 and ``pid`` 0 when not told; ``truncated`` when the log ends, or another report
    begins, before it is complete; ``count`` is how often an equal report was met.
    """

    kind: str
    head: str
    line: int
    last: int = 0
    message: str = ""
    facts: dict[str, str] = {}
    cpu: int = -1
    pid: int = 0
    comm: str = ""
    tainted: str = ""
    release: str = ""
    workqueue: str = ""
    work: Frame | None = None
    rip: Frame | None = None
    lr: Frame | None = None
    stacks: tuple[Stack, ...] = ()
    locks: tuple[Lock, ...] = ()
    modules: tuple[str, ...] = ()
    unloaded: str = ""
    registers: dict[str, str] = {}
    code: str = ""
    arch: str = ""
    truncated: bool = False
    count: int = 1


class Certainty(StrEnum):
    """``certain``: the log says so; ``likely``: the log fits, and what is missing is named; ``unknown``."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The cause of a report in lastput's words.

    ``error`` is an error class (empty: none fits), ``also`` classes that the same cause leads to,
    ``family`` the family of audit rules, ``rule`` the name of the rule that judged, ``story`` one
    sentence, ``causes`` its numbered steps, ``unknown`` what the log does not tell, ``instead`` the usual
    ways out, ``terms`` kernel functions that a like litmus test uses, ``audit`` the codes of the audit
    rules that look for this cause (none: no rule does).
    """

    rule: str
    story: str
    certainty: Certainty
    error: str = ""
    also: tuple[str, ...] = ()
    family: str = ""
    causes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    instead: str = ""
    terms: tuple[str, ...] = ()
    audit: tuple[str, ...] = ()


class TestMatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """A litmus test that asks the question of this report. ``command`` checks it, ``replay`` forces its
    counterexample onto a real kernel ("": its folder does not say how); ``shared`` are functions that
    both know."""

    __test__ = False  # no test of pytest

    name: str
    question: str
    command: str
    replay: str = ""
    shared: tuple[str, ...] = ()


class Snippet(msgspec.Struct, frozen=True, omit_defaults=True):
    """Source of a frame: where its function is defined (``place`` is ``file:line``), and the lines in it
    that call ``next``, the frame inside, as (line, text); ``via`` is the function that they call instead,
    which was inlined and calls ``next``."""

    function: str
    place: str
    head: str
    next: str = ""
    calls: tuple[tuple[int, str], ...] = ()
    via: str = ""


class Explained(msgspec.Struct, frozen=True, omit_defaults=True):
    """A report with its diagnosis, the litmus tests that match, and the source of its frames."""

    report: Report
    diagnosis: Diagnosis
    tests: tuple[TestMatch, ...] = ()
    sources: tuple[Snippet, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """All that a log says. ``lines`` counts its lines, ``left_out`` the reports beyond the limit."""

    schema: str = "lastput-explain/1"
    file: str
    lines: int = 0
    reports: tuple[Explained, ...] = ()
    left_out: int = 0
    notes: tuple[str, ...] = ()
