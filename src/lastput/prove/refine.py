"""One more look: what a round of refinement changes after an outcome that decides nothing.

Unreached: the function that the first site never reached is called from may be left to any value; it is taken
then, or more of the members that are read start with any value. That is counterexample-guided refinement with
variables instead of predicates, in both directions (Beyer and Loewe, FASE 2013, explicit-value analysis).
"""

from __future__ import annotations

__all__ = ["refined"]

import msgspec

from lastput.check.outcome import Outcome
from lastput.prove.case import Case, Plan
from lastput.prove.judge import Judgement
from lastput.schema.proof import Refinement

_MORE = 4


def refined(case: Case, plan: Plan, found: Judgement, outcome: Outcome) -> tuple[Plan, Refinement] | None:
    """The next plan and what it changes; None if nothing is left to try."""
    if found.reason == "unreached" and plan.numbers < len(plan.heap.numbers):
        more = msgspec.structs.replace(plan, numbers=plan.numbers + _MORE)
        names = ", ".join(f"{tag}.{path}" for tag, path in plan.heap.numbers[plan.numbers : more.numbers])
        return more, Refinement(0, f"any value at the start: {names}", found.why)
    return None
