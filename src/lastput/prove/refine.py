"""One more look: what a round of refinement changes after an outcome that decides nothing.

As long as nothing is confirmed, more of the members that are read start with any value: a flag that is 0 may
be what keeps a place from being reached, or what keeps it safe. That is counterexample-guided refinement with
variables instead of predicates, in both directions (Beyer and Loewe, FASE 2013, explicit-value analysis).
"""

from __future__ import annotations

__all__ = ["bounded", "refined"]

import msgspec

from lastput.check.outcome import Outcome
from lastput.prove.case import Case, Plan
from lastput.prove.judge import Judgement
from lastput.schema.proof import Refinement

_MORE = 4


def refined(case: Case, plan: Plan, found: Judgement, outcome: Outcome) -> tuple[Plan, Refinement] | None:
    """The next plan and what it changes; None if nothing is left to try."""
    if found.verdict != "CONFIRMED" and outcome.result.complete and plan.numbers < len(plan.heap.numbers):
        more = msgspec.structs.replace(plan, numbers=2 * plan.numbers + _MORE)
        names = ", ".join(f"{tag}.{path}" for tag, path in plan.heap.numbers[plan.numbers : more.numbers])
        return more, Refinement(0, f"any value at the start: {names}", found.why or found.verdict)
    return None


def bounded(plan: Plan, found: Judgement) -> Judgement:
    """REFUTED only holds if each member that is read had any value at the start."""
    left = plan.heap.numbers[plan.numbers :]
    if found.verdict != "REFUTED" or not left:
        return found
    tag, path = left[0]
    why = f"{len(left)} members of the objects only had the value 0 at the start, such as {tag}.{path}"
    return Judgement("UNDECIDED", "limit", why)
