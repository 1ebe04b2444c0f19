"""The rules that there are: found by walking ``lastput.audit.rules``, and selected by code."""

from __future__ import annotations

__all__ = ["all_rules", "find", "select"]

import functools
import importlib
import pkgutil
from collections.abc import Sequence
from types import ModuleType

from lastput.audit import rules
from lastput.audit.rule import CODE, Rule, read_page
from lastput.errors import InternalError, LastputError


@functools.cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code. Raises InternalError for a module there that is no rule."""
    found: dict[str, Rule] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(rules.__path__)):
        if not name.startswith("_"):
            rule = as_rule(importlib.import_module(f"{rules.__name__}.{name}"))
            if rule.code in found:
                raise InternalError(f"{rule.name} and {found[rule.code].name} are both {rule.code}")
            found[rule.code] = rule
    return tuple(found[code] for code in sorted(found))


def as_rule(module: ModuleType) -> Rule:
    """The rule that a module is. Raises InternalError if it lacks a part or its page a section."""
    missing = [part for part in ("CODE", "NAME", "run") if not hasattr(module, part)]
    if missing:
        raise InternalError(f"{module.__name__} is no rule: it has no {', '.join(missing)}")
    if not CODE.fullmatch(module.CODE):
        raise InternalError(f"{module.__name__}: {module.CODE!r} is no code of a known family")
    try:
        page = read_page(module.__doc__ or "")
    except ValueError as error:
        raise InternalError(f"{module.__name__}: its page {error}") from None
    return Rule(module.CODE, module.NAME, page, module.run)


def find(word: str) -> tuple[Rule, ...]:
    """The rules that a word means: a code, a name, or the letters of a family.

    Raises LastputError ``no-such-rule``.
    """
    wanted = word.strip()
    found = tuple(
        rule
        for rule in all_rules()
        if wanted.upper() in (rule.code, rule.family) or wanted.lower() == rule.name
    )
    if not found:
        codes = ", ".join(rule.code for rule in all_rules()) or "none"
        raise LastputError("no-such-rule", f"no rule is called {word!r}", f"the rules are: {codes}")
    return found


def select(only: Sequence[str] = (), without: Sequence[str] = ()) -> tuple[Rule, ...]:
    """The rules to run: those named in ``only`` (all if empty) but none of ``without``."""
    chosen = {rule.code: rule for word in only for rule in find(word)} if only else None
    chosen = {rule.code: rule for rule in all_rules()} if chosen is None else chosen
    dropped = {rule.code for word in without for rule in find(word)}
    return tuple(chosen[code] for code in sorted(chosen) if code not in dropped)
