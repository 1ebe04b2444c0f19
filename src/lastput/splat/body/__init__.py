"""Lines that reports of every kind have: the CPU line, registers, call traces, modules, held locks.

One file an idea; each has ``READERS``: a word, and the function that may know a line with that word.
"""

from __future__ import annotations

__all__ = ["MARKS", "frame_line", "take"]

from collections.abc import Callable
from functools import lru_cache

from lastput.splat.body import locks, modules, place, task, trace
from lastput.splat.body.trace import MARKS, frame_line
from lastput.splat.draft import Draft
from lastput.splat.lazy import Lazy
from lastput.splat.prefix import CACHED

_IGNORED = Lazy(
    r"(?:Hardware name|Tainted|FS|CS|PGD|PKRU|DR0|DR3|pstate|Mem abort info|ESR|EC|SET|EA|FSC|ISV|CM|GCS"
    r"|Data abort info|CPU features|Kernel Offset|swapper pgtable|user pgtable|Showing all locks|irq event"
    r"|hardirqs last|softirqs last|Stopper|Sched_ext|Call trace|INFO: lockdep is turned off|pgd|Stack|Flags"
    r"|Control|PREEMPT|SMP|CPU|Instruction dump|Krnl|Hi|Lo|Status|Cause|BadVA|PrId|Register r\d{1,2}|Process)"
    r"\b|[0-9a-f]{4}: [0-9a-f]{8}|GPR\d\d: |r\d{1,2} ?:"
)
_READERS: tuple[tuple[str, Callable[[Draft, str], bool]], ...] = (
    *trace.READERS,
    *task.READERS,
    *place.READERS,
    *modules.READERS,
    *locks.READERS,
)


def take(draft: Draft, text: str) -> bool:
    """Read one line into the draft; False when it says nothing that any report knows."""
    if frame_line(draft, text):
        return True
    if not text:
        draft.blank = True
        draft.in_modules = False
        return True
    for read in _readers(text):
        if read(draft, text):
            return True
    if draft.in_modules and modules.names(draft, text):
        return True
    draft.in_modules = False
    if trace.rest(draft, text) or _ignored(text):
        return True
    return place.registers(draft, text)


@lru_cache(maxsize=CACHED)
def _ignored(text: str) -> bool:
    return _IGNORED.match(text) is not None


@lru_cache(maxsize=CACHED)
def _readers(text: str) -> tuple[Callable[[Draft, str], bool], ...]:
    """Who may know a line, by a word in it."""
    return tuple(read for word, read in _READERS if word in text)
