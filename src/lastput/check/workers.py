"""A deadlock that is there only because every kworker of the model is busy."""

from __future__ import annotations

__all__ = ["MOST_STATES", "MOST_WORKERS", "idle_worker_helps", "with_enough"]

import msgspec

from lastput.check.outcome import Outcome
from lastput.check.test import Test, compile_test
from lastput.engine.program import ErrorClass
from lastput.engine.search import check
from lastput.engine.verdict import Result

#: With so many, a deadlock is that of the code.
MOST_WORKERS = 3
#: The second search is a hint: it must not cost much more than the first.
MOST_STATES = 200_000


def idle_worker_helps(outcome: Outcome) -> str:
    """A note if ``outcome`` has a deadlock and none is left with one kworker more, else "".

    The kernel starts another kworker when all of a pool sleep (kernel/workqueue.c: need_more_worker(),
    6.12: 939), so such a deadlock says more of the model's size than of the code.
    """
    workers = outcome.test.compiled.options.workers or 1
    if outcome.test.request.model.workers is None:
        return ""  # more have been tried
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


def with_enough(test: Test, result: Result) -> tuple[Test, Result] | None:
    """The same test and its result with as many kworkers as it takes to end the deadlock of ``result``.
    None if somebody has said how many there are, or if it does not end with MOST_WORKERS."""
    said = test.request.model.workers is not None or any(
        word.startswith("workers=") for word in test.compiled.header.options
    )
    if said or not result.complete or not _deadlocks(result):
        return None
    if not any(thread.name.partition("#")[0] == "kworker" for thread in test.program.threads):
        return None
    for workers in range(2, MOST_WORKERS + 1):
        model = msgspec.structs.replace(test.request.model, workers=workers)
        flags = (*test.request.flags, "--workers", str(workers))
        wide = compile_test(msgspec.structs.replace(test.request, model=model, flags=flags))
        bound = msgspec.structs.replace(test.request.search, max_states=MOST_STATES)
        again = check(wide.program, bound)
        if again.complete and not _deadlocks(again):
            return wide, again
    return None


def _deadlocks(result: Result) -> bool:
    return any(finding.error is ErrorClass.DEADLOCK for finding in result.findings)
