"""What a function has registered, and leaves there when it fails: the function runs alone, once.

The call that registers and the one that undoes it are stand-ins that count. What the core would do with the
registration later is not run: that it stands when the function has failed is what the claim says."""

from __future__ import annotations

__all__ = ["CONCURRENT", "build", "counted", "handles"]

import re

import msgspec

from lastput.facts.base import Facts, FunctionFact
from lastput.prove.arguments import Call, calling, object_of
from lastput.prove.case import Case, Plan
from lastput.prove.harness import Harness, Running
from lastput.prove.marks import left_behind
from lastput.prove.slice import cut, entry_among, users
from lastput.schema.claim import Claim, Site

_INSIDE = ("publish", "branch", "exit")
_MOST = 8  # registrations that stand at a time
_STRUCT = re.compile(r"\bstruct\s+(\w+)\s*\*")
_ENDS = re.compile(r"_(?:put|disable|unprepare|release|dec|remove|unregister|del|free)(?:_|$)")
#: They raise the count although they fail.
_RAISES_ANYWAY = {"pm_runtime_get_sync"}
_POINTER = re.compile(r"\bIS_ERR(?:_OR_NULL)?\(")  # how an error that is a pointer is asked for

CONCURRENT = False


def counted(claim: Claim, facts: Facts) -> Claim:
    """A claim of a count that a call raises, and says with a number whether it did, or not: raising it is
    registering. Any other claim as it is."""
    get = next((one for one in claim.sites if one.role == "get"), None)
    if claim.error != "leak" or get is None or not any(one.role == "exit" for one in claim.sites):
        return claim
    known = facts.functions(get.call)
    if not known or known[0].returns.split()[-1:] not in (["int"], ["void"]):
        return claim
    sites = tuple(
        msgspec.structs.replace(one, role="publish") if one.role == "get" else one for one in claim.sites
    )
    return msgspec.structs.replace(claim, sites=sites)


def handles(claim: Claim) -> bool:
    """Whether something is registered, and a way out of the function does not undo it."""
    return left_behind(claim)


def build(case: Case, plan: Plan) -> Harness | None:
    """The test; None if no function of the claim reaches the others, or if it is not known what registering
    gives."""
    claim, facts = case.claim, case.facts
    publish = next(site for site in claim.sites if site.role == "publish")
    entry = entry_among(facts, claim, _INSIDE)
    if entry is None or not publish.call:
        return None
    undoing = _undoing(facts, entry, claim)
    if not undoing:
        return None
    registering = _registering(facts, claim, publish)
    if not registering:
        return None
    helpers = [one for name in undoing for one in users(facts, entry, name)]
    inside = msgspec.structs.replace(claim, sites=tuple(one for one in claim.sites if one.role in _INSIDE))
    return Harness(
        question=f"Does {entry.name}() undo {publish.call}() on each way on which it fails?",
        module=case.module,
        models="\n\n".join([registering, *(_undone(facts, name) for name in undoing)]),
        taken=cut(facts, inside, {publish.call, *undoing}, (*plan.inline, *helpers)).taken,
        pools=(*((one, 2) for one in plan.heap.tags), ("registration", _MOST)),
        may_leak=("registration",),
        objects=plan.heap.declarations,
        boot=plan.heap.boot,
        setup=plan.heap.numbers_set(plan.numbers),
        threads=(Running("caller", _caller(entry, calling(case.facts, entry))),),
    )


def _caller(entry: FunctionFact, call: Call) -> tuple[str, ...]:
    """The call, and the question whether the registration stands although it has failed."""
    returns = " ".join(word for word in entry.returns.split() if word not in ("static", "__init", "inline"))
    if returns == "void":
        return (f"{call.text};", "lastput_returned(1);")
    if "*" in returns:
        return (f"void *given = {call.text};", "", "lastput_returned(IS_ERR_OR_NULL(given));")
    return (f"int error = {call.text};", "", "lastput_returned(error != 0);")


def _undoing(facts: Facts, entry: FunctionFact, claim: Claim) -> tuple[str, ...]:
    """The calls that undo it: the one that is missing, what undoes it elsewhere, and what the function calls
    of the same interface that by its name does."""
    named = [claim.missing.partition("(")[0].strip()]
    named += [site.call for site in claim.sites if site.role == "unpublish"]
    interface = f"{named[0].partition('_')[0]}_"
    calls = (call.name for call in facts.calls_in(entry.id) if not call.receiver)
    named += [name for name in calls if name.startswith(interface) and _ENDS.search(name)]
    return tuple(dict.fromkeys(name for name in named if name.isidentifier()))


def _registering(facts: Facts, claim: Claim, publish: Site) -> str:
    """Litmus C that stands for the call that registers; "" if it gives something that is not known."""
    known = facts.functions(publish.call)
    returns = known[0].returns if known else _taken_as(facts, publish)
    asked = next((site.text for site in claim.sites if site.role == "branch"), "")
    if not returns:
        return ""
    if "*" not in returns:
        if returns.split()[-1:] == ["void"]:
            return _stand_in(publish.call, "void", "", "")
        if publish.call in _RAISES_ANYWAY:
            return _stand_in(publish.call, "int", "", "\treturn choose(2) ? -ENOMEM : 0;\n")
        return _stand_in(publish.call, "int", "\tif (fails)\n\t\treturn -ENOMEM;\n", "\treturn 0;\n")
    tag = _STRUCT.search(returns)
    if tag is None:
        return ""
    given = "current" if tag[1] == "task_struct" else object_of(tag[1])
    nothing = "ERR_PTR(-ENOMEM)" if _POINTER.search(asked) else "NULL"
    fails = f"\tif (fails)\n\t\treturn {nothing};\n"
    return _stand_in(publish.call, f"struct {tag[1]} *", fails, f"\treturn {given};\n")


def _taken_as(facts: Facts, publish: Site) -> str:
    """The type of what a call gives of which no definition is known (a macro), by what takes it; "" if that
    is not known either."""
    home = next(iter(facts.functions(publish.function, publish.path)), None)
    if home is None:
        return ""
    lines = facts.content(publish.path).decode("utf-8", "replace").split("\n")
    line, text = lines[publish.line - 1], "\n".join(lines[home.line - 1 : home.end_line])
    taker = re.search(rf"([^\s(=;]+)\s*=\s*{re.escape(publish.call)}\s*\(", line)
    if taker is None:
        plain = re.search(rf"^\s*{re.escape(publish.call)}\s*\(", line)
        return "void" if plain else "int"
    name = re.escape(taker[1].lstrip("*"))
    if re.search(rf"^\s*int\b[^;(]*\b{name}\b", text, re.MULTILINE):
        return "int"
    pointer = re.search(rf"\b(struct\s+\w+\s*\*)\s*(?:\w+\s*(?:=[^,;]*)?,\s*\*)*{name}\b", text)
    return pointer[1] if pointer is not None else ""


def _stand_in(name: str, type: str, fails: str, gives: str) -> str:
    choice = "\tint fails;\n\n\tplain { fails = choose(2); }\n" if fails else ""
    return f"""\
/* It fails, or the registration stands until it is undone. */
static {type}{"" if type.endswith("*") else " "}{name}(void *first, ...)
{{
{choice}{fails}	lastput_registers();
{gives}}}"""


def _undone(facts: Facts, name: str) -> str:
    known = facts.functions(name)
    number = known and "*" not in known[0].returns and known[0].returns.split()[-1:] != ["void"]
    type, gives = ("int", "\treturn 0;\n") if number else ("void", "")
    return f"""\
static {type} {name}(void *first, ...)
{{
	lastput_undoes();
{gives}}}"""
