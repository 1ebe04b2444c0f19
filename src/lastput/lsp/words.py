"""What an editor shows of findings, rules, effects and safe places, as text and as Markdown."""

from __future__ import annotations

__all__ = ["effects_of", "rule_page", "told", "why_safe", "word_at"]

import re
from collections.abc import Iterable

from lastput.audit.registry import all_rules
from lastput.effects.effect import RESULT, Effect
from lastput.effects.summary import summary
from lastput.facts.base import Facts
from lastput.schema.audit import Report
from lastput.schema.finding import Finding
from lastput.show.findings import Options, render

_WORD = re.compile(r"\w+")


def told(one: Finding, new: bool) -> str:
    """The message of a diagnostic: the finding, what it depends on, what would make it safe."""
    parts = [f"{'new: ' if new else ''}{one.message}"]
    parts += [f"depends on: {doubt}" for doubt in one.depends_on]
    if one.remedy:
        parts.append(f"safe if: {one.remedy}")
    return "\n".join(parts)


def word_at(line: str, column: int) -> str:
    """The identifier of a line around a column, counted from 0; "" if there is none."""
    return next((one[0] for one in _WORD.finditer(line) if one.start() <= column <= one.end()), "")


def rule_page(code: str) -> str:
    """The page of a rule; "" if there is none."""
    rule = next((one for one in all_rules() if one.code == code), None)
    return f"**{rule.code}** {rule.name}\n\n```text\n{rule.page.text()}```" if rule is not None else ""


def effects_of(facts: Facts, name: str, path: str) -> str:
    """What a function does to lifetimes, as ``lastput effects`` says it; "" for what is no function."""
    found = facts.functions(name, path) or facts.functions(name)
    if not found:
        return ""
    fact = found[0]
    rows = [f"**{fact.name}()** {fact.path}:{fact.line}", ""]
    rows += [_effect(facts, fact.id, one) for one in summary(facts, fact.id)] or [
        "no effect on lifetimes is known"
    ]
    return "\n".join(rows)


def _effect(facts: Facts, function: int, one: Effect) -> str:
    position = one.subject.position
    parameters = facts.function(function).parameters
    subject = "" if position is None else "the value" if position == RESULT else parameters[position].name
    what = str(one.key) if one.key.known else ""
    about = " ".join(f"`{word}`" for word in (subject, what) if word)
    return f"- **{one.kind}** {about} {one.outcome}, line {one.line}"


def why_safe(findings: Iterable[Finding]) -> str:
    """How places were judged, with all reasons."""
    return render("full", Report(tree="", findings=tuple(findings)), Options())
