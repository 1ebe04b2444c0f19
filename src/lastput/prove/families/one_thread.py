"""A reference that one function loses, puts twice or uses too late: the function runs alone, once.

What it is given are objects of the test; the getter gives a token or nothing. If it returns the object that
the claim is about, the caller owns it and puts it.
"""

from __future__ import annotations

__all__ = ["CONCURRENT", "build", "handles"]

import re

from lastput.facts.base import FunctionFact
from lastput.prove.arguments import calling
from lastput.prove.case import Case, Plan, struct_of
from lastput.prove.harness import Harness, Running
from lastput.prove.slice import cut, entry_of
from lastput.prove.tokens import counted, standing, unknown_members
from lastput.schema.claim import Claim

_TOKENS = 8  # references of the claim's type, those of all loops together
_ERRORS = {"leak", "double-free", "refcount-underflow", "use-after-free"}
_ROLES = {"get", "put", "exit", "use", "branch", "free"}

CONCURRENT = False


def handles(claim: Claim) -> bool:
    """Whether all that happens is done by one thread."""
    return claim.error in _ERRORS and {site.role for site in claim.sites} <= _ROLES


def build(case: Case, plan: Plan) -> Harness | None:
    """The test; None if no function of the claim reaches all others."""
    claim = case.claim
    entry = entry_of(case.facts, claim)
    if entry is None:
        return None
    tag, getter, putter = struct_of(claim.object), _call(claim, "get"), _putter(claim)
    models = standing(tag, getter, putter, _nothing(case, entry)) if tag and getter else ""
    if tag in counted():
        models = f"{models}\n\n{unknown_members(tag, plan.members)}".strip()
    call = calling(case.facts, entry)
    return Harness(
        question=f"Does {entry.name}() do with each reference to a struct {tag or 'object'} what it must?",
        module=case.module,
        models=models,
        taken=cut(case.facts, claim, {getter, putter}, plan.inline).taken,
        pools=(*((one, 2) for one in plan.heap.tags), *(((tag, _TOKENS),) if tag else ())),
        objects=plan.heap.declarations,
        boot=plan.heap.boot,
        setup=plan.heap.numbers_set(plan.numbers),
        threads=(Running("caller", _lines(entry, call.text, tag, putter)),),
    )


def _lines(entry: FunctionFact, call: str, tag: str, putter: str) -> tuple[str, ...]:
    if tag and putter and re.search(rf"\bstruct\s+{tag}\s*\*", entry.returns):
        return (f"struct {tag} *given = {call};", "", "if (!IS_ERR_OR_NULL(given))", f"\t{putter}(given);")
    return (f"{call};",)


def _call(claim: Claim, role: str) -> str:
    return next((site.call for site in claim.sites if site.role == role), "")


def _putter(claim: Claim) -> str:
    return _call(claim, "put") or claim.missing.partition("(")[0].strip()


def _nothing(case: Case, entry: FunctionFact) -> str:
    """What the getter gives when there is none, as the function asks for it."""
    variable = next((site.text for site in case.claim.sites if site.role == "get"), "")
    text = case.facts.source(entry.path).code
    asks = variable and re.search(rf"\bIS_ERR(?:_OR_NULL)?\(\s*{re.escape(variable)}\s*\)", text)
    return "ERR_PTR(-ENOENT)" if asks else "NULL"
