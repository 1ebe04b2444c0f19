"""What was armed runs while its object, or its module's text, goes away.

The item is set up, something arms it, and beside it the teardown runs. The object is what the teardown
frees; if devm or the core frees it, the test does so after the teardown has returned. Where the text is what
is missed, the module is unloaded then."""

from __future__ import annotations

__all__ = ["CONCURRENT", "build", "handles"]

from lastput.facts.base import Facts, FunctionFact
from lastput.prove.arguments import calling, object_of
from lastput.prove.case import Case, Plan, struct_of
from lastput.prove.harness import Harness, Running
from lastput.prove.items import item_of
from lastput.prove.slice import cut, entry_among
from lastput.schema.claim import Claim

_ERRORS = {"use-after-free", "unmapped-text"}
_ENDS = {"free", "teardown", "wait", "stop"}

CONCURRENT = True


def handles(claim: Claim) -> bool:
    """Whether it is about something that runs later, and about an end."""
    roles = {site.role for site in claim.sites}
    return claim.error in _ERRORS and "callback" in roles and bool(roles & _ENDS)


def build(case: Case, plan: Plan) -> Harness | None:
    """The test; None if the item or the teardown is not known."""
    claim, facts = case.claim, case.facts
    item = item_of(claim)
    if item is None:
        return None
    end = entry_among(facts, claim, _ENDS, without=item.callback)
    if end is None:
        return None
    source = entry_among(facts, claim, {"arm"}, without=item.callback)
    arming = calling(facts, source).text + ";" if source is not None and source.id != end.id else item.armed
    late = _late(claim)
    heap = plan.heap
    return Harness(
        question=f"May {item.callback}() run after {end.name}() has ended what it uses?",
        module=case.module,
        taken=cut(facts, claim, (), plan.inline).taken,
        pools=tuple((one, 2) for one in heap.tags),
        objects=heap.declarations,
        boot=heap.boot,
        setup=(*heap.numbers_set(plan.numbers), item.set_up, *(() if late else (arming,))),
        threads=(
            Running("teardown", (*_ended(facts, claim, end, item.tag), *_unloaded(case))),
            *((Running("source", (arming,)),) if late else ()),
        ),
    )


def _unloaded(case: Case) -> tuple[str, ...]:
    """The unload that the teardown is a part of, if it is the text that the item would miss."""
    unloads = case.claim.error == "unmapped-text" and case.module
    return (
        (f'rmmod("{case.module}");\t/* delete_module(), whose exit function this was */',) if unloads else ()
    )


def _late(claim: Claim) -> bool:
    """Whether something arms the item after it has been waited for."""
    roles = [site.role for site in claim.sites]
    return "wait" in roles and bool({"arm", "rearm"} & set(roles[roles.index("wait") :]))


def _ended(facts: Facts, claim: Claim, end: FunctionFact, tag: str) -> tuple[str, ...]:
    """The teardown, and the free by whoever calls it, if it frees nothing itself."""
    frees = any(site.role == "free" and site.function == end.name for site in claim.sites)
    owner = tag or struct_of(claim.object)
    call = f"{calling(facts, end).text};"
    if frees or not owner:
        return (call,)
    return (call, f"kfree({object_of(owner)});\t/* devm, or the core, after {end.name}() */")
