"""A wait under a lock that the waited-for callback takes: the item is armed, then the holder runs beside
it."""

from __future__ import annotations

__all__ = ["CONCURRENT", "build", "handles"]

from lastput.prove.arguments import calling
from lastput.prove.case import Case, Plan
from lastput.prove.harness import Harness, Running
from lastput.prove.items import item_of
from lastput.prove.slice import cut, entry_among
from lastput.schema.claim import Claim

CONCURRENT = True


def handles(claim: Claim) -> bool:
    """Whether somebody waits for an item whose callback cannot end."""
    roles = {site.role for site in claim.sites}
    return claim.error == "deadlock" and {"wait", "callback"} <= roles


def build(case: Case, plan: Plan) -> Harness | None:
    """The test; None if the item or the function that holds the lock is not known."""
    claim = case.claim
    item = item_of(claim)
    entry = entry_among(
        case.facts, claim, {"lock", "wait"}, without=item.callback if item is not None else ""
    )
    if item is None:
        return None
    heap = plan.heap
    call = (f"{calling(case.facts, entry).text};",) if entry is not None else ()
    return Harness(
        question=f"May {item.callback}() be waited for while its own lock is held?",
        module=case.module,
        taken=cut(case.facts, claim, (), plan.inline).taken,
        pools=tuple((one, 2) for one in heap.tags),
        objects=heap.declarations,
        boot=heap.boot,
        setup=(*heap.numbers_set(plan.numbers), item.set_up, item.armed),
        threads=(Running("holder", call),),
    )
