"""Why it came to the error: numbered causes, what was violated, why nothing stopped it."""

from __future__ import annotations

__all__ = ["analyse"]

from collections.abc import Callable

import msgspec

from lastput.check.trace.analysis import Analysis, Cause, name_of, object_of, violated_at
from lastput.check.trace.budget import inside
from lastput.check.trace.causes_leak import leak
from lastput.check.trace.causes_memory import double_free, refcount, use_after_free
from lastput.check.trace.causes_module import unmapped_text
from lastput.check.trace.causes_wait import deadlock, sleep_in_atomic
from lastput.check.trace.history import History
from lastput.engine.program import ErrorClass
from lastput.engine.verdict import Finding


def analyse(history: History, found: Finding) -> Analysis:
    """The analysis that fits the class of the error."""
    analysis = _BY_CLASS.get(found.error, _plain)(history, found)
    warned = history.last is not None and history.last.fatal is None
    if found.thread < 0 or not warned or not history.events:
        return analysis
    # The run went on after a warning: the last step is the last cause.
    last = Cause(history.events[-1].n, analysis.causes[-1].text)
    return msgspec.structs.replace(analysis, causes=(*analysis.causes[:-1], last))


def _plain(history: History, found: Finding) -> Analysis:
    """NULL dereferences, warnings, misused locks: the place says it."""
    who = name_of(history, found.thread)
    violated = violated_at(history, found, found.message, object_of(history, found))
    where = inside(history, violated.frame, found.thread, wrappers=False)
    causes = (Cause(0, f"{who}{where}: {found.message}"),)
    return Analysis(f"{who}{where}: {found.message}", causes, violated)


_BY_CLASS: dict[ErrorClass, Callable[[History, Finding], Analysis]] = {
    ErrorClass.UNMAPPED_TEXT: unmapped_text,
    ErrorClass.USE_AFTER_FREE: use_after_free,
    ErrorClass.DOUBLE_FREE: double_free,
    ErrorClass.REFCOUNT_UNDERFLOW: refcount,
    ErrorClass.REFCOUNT_FROM_ZERO: refcount,
    ErrorClass.DEADLOCK: deadlock,
    ErrorClass.LEAK: leak,
    ErrorClass.SLEEP_IN_ATOMIC: sleep_in_atomic,
}
