"""What checking a test came to."""

from __future__ import annotations

__all__ = ["Bounds", "Outcome"]

from functools import cached_property

import msgspec

from lastput.check.coverage import Coverage, coverage
from lastput.check.test import Test
from lastput.engine.verdict import Result
from lastput.schema.checked import Checked
from lastput.schema.trace import Trace


class Bounds(msgspec.Struct, frozen=True):
    """What a verdict is bounded by: kworkers, the preemption model, the objects of each type that can be
    allocated, and the limits of the search (0: none)."""

    workers: int
    preempt: str
    pools: tuple[tuple[str, int], ...]
    max_states: int
    max_memory: int


class Outcome(msgspec.Struct, frozen=True, dict=True):
    """``checked`` is the outcome as data for views and for JSON: verdict, traces, what is assumed, what never
    happened, how it differs from the header. ``test`` is the program that was searched, ``result`` what the
    search answered."""

    test: Test
    result: Result
    checked: Checked

    @property
    def verdict(self) -> str:
        """SAFE (the search is complete), UNSAFE or UNKNOWN (then ``checked.reason`` says why)."""
        return self.checked.verdict

    @property
    def classes(self) -> tuple[str, ...]:
        """The error classes that were found, one trace each."""
        return tuple(trace.error for trace in self.traces)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The shortest way to each class; what the header speaks of comes first."""
        return self.checked.traces

    @property
    def assumptions(self) -> tuple[str, ...]:
        return self.checked.assumptions

    @cached_property
    def coverage(self) -> Coverage:
        """What was executed. After a search that is not complete, or that found something (an interleaving
        ends at its first error), more might be."""
        return coverage(self.test.program, self.result.executed)

    @property
    def bounds(self) -> Bounds:
        options, search = self.test.compiled.options, self.test.request.search
        return Bounds(
            workers=options.workers or 1,
            preempt=options.preempt or "full",
            pools=tuple((pool.type, len(pool.objects)) for pool in self.test.program.pools),
            max_states=search.max_states,
            max_memory=search.max_memory,
        )
