"""A deadlock that is there only because every kworker of the model is busy."""

from __future__ import annotations

__all__ = ["MOST_STATES", "idle_worker_helps"]

import msgspec

from lastput.check.outcome import Outcome
from lastput.check.test import compile_test
from lastput.engine.program import ErrorClass
from lastput.engine.search import check
from lastput.engine.verdict import Result

#: The second search is a hint: it must not cost much more than the first.
MOST_STATES = 200_000


def idle_worker_helps(outcome: Outcome) -> str:
    """A note if ``outcome`` has a deadlock and none is left with one kworker more, else "".

    The kernel starts another kworker when all of a pool sleep (kernel/workqueue.c: need_more_worker(),
    6.12: 939), so such a deadlock says more of the model's size than of the code.
    """
    workers = outcome.test.compiled.options.workers or 1
    if not outcome.result.complete or not _deadlocks(outcome.result):
        return ""
    request = outcome.test.request
    wider = msgspec.structs.replace(
        request, model=msgspec.structs.replace(request.model, workers=workers + 1)
    )
    bound = msgspec.structs.replace(request.search, max_states=MOST_STATES)
    again = check(compile_test(wider).program, bound)
    if not again.complete or _deadlocks(again):
        return ""
    return (
        f"the deadlock needs all kworkers to be busy ({workers} in this run): "
        f"there is none with --workers {workers + 1}"
    )


def _deadlocks(result: Result) -> bool:
    return any(finding.error is ErrorClass.DEADLOCK for finding in result.findings)
