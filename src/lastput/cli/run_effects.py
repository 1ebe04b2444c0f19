"""``lastput effects``: the summary of a function, as text."""

from __future__ import annotations

__all__ = ["run", "told"]

import sys

from lastput.cli.tree import opener
from lastput.effects.effect import RESULT, Effect
from lastput.effects.summary import summary
from lastput.errors import LastputError
from lastput.facts.base import Facts, FunctionFact


def run(name: str, tree: str) -> int:
    """Print the effects of each definition. Raises LastputError ``no-such-function``."""
    facts: Facts = opener(tree)().facts
    path, _, function = name.rpartition(":")
    found = facts.functions(function, path or None)
    if not found:
        raise LastputError(
            "no-such-function", f"{tree} defines no function {name}", "give its name as the source has it"
        )
    for fact in found:
        sys.stdout.write(told(fact, summary(facts, fact.id)))
    return 0


def told(fact: FunctionFact, effects: tuple[Effect, ...]) -> str:
    """One function and its effects, a line each."""
    rows = [f"{fact.path}:{fact.line}: {fact.name}()"]
    for one in effects:
        into = f" into {one.into}" if one.into is not None else ""
        role = f" ({one.role})" if one.role else ""
        via = f"  through {' '.join(one.via)}" if one.via else ""
        what = str(one.key) if one.key.known else "?"
        rows.append(
            f"  {one.kind:8}{_subject(fact, one):12} {what}{role}{into}, {one.outcome}, line {one.line}{via}"
        )
    return "\n".join(rows if effects else [*rows, "  none that is known"]) + "\n"


def _subject(fact: FunctionFact, one: Effect) -> str:
    position = one.subject.position
    if position is None:
        return "-"
    return "the value" if position == RESULT else fact.parameters[position].name
