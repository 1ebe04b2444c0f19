"""A rule is a module with a code, a name, a page and ``run``; anything else is a mistake of ours."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from lastput.audit.registry import all_rules, as_rule, find, select
from lastput.audit.rule import FAMILIES, read_page
from lastput.errors import InternalError, LastputError
from tests.audit.samples import PAGE

_RULE_TESTS = Path(__file__).parent / "rules"


def _module(**parts: object) -> ModuleType:
    module = ModuleType("made_up")
    module.__doc__ = PAGE
    vars(module).update({"CODE": "MOD901", "NAME": "made-up", "run": lambda facts: iter(())} | parts)
    return module


def test_a_module_is_a_rule() -> None:
    rule = as_rule(_module())
    assert (rule.code, rule.family, rule.page.summary) == ("MOD901", "MOD", "A made-up warning.")
    assert rule.page.text().startswith("A made-up warning.\n\nWhat it finds\n    Words.\n\nWhy it breaks\n")


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"CODE": "XYZ001"}, "no code of a known family"),
        ({"CODE": "MOD1"}, "no code of a known family"),
        ({"__doc__": "Only a sentence."}, "lacks"),
        ({"__doc__": PAGE.replace("Instead", "History").replace("History", "Instead", 0)}, "lacks"),
    ],
)
def test_what_is_no_rule(parts: dict[str, object], says: str) -> None:
    with pytest.raises(InternalError, match=says):
        as_rule(_module(**parts))


def test_sections_have_one_order() -> None:
    swapped = PAGE.replace("Example", "@").replace("Instead", "Example").replace("@", "Instead")
    with pytest.raises(ValueError, match="in the order"):
        read_page(swapped)


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(LastputError, match="no rule is called 'MOD999'"):
        find("MOD999")


def test_families_are_selected_and_ignored() -> None:
    for family in {rule.family for rule in all_rules()}:
        assert {rule.family for rule in select([family])} == {family}
        assert not select([family], [family])


def test_every_rule_is_tested() -> None:
    """Each rule has a page of cases named after its module, with a bad and a fixed one."""
    for rule in all_rules():
        page = _RULE_TESTS / f"{rule.run.__module__.rpartition('.')[2]}.md"
        assert page.is_file(), f"{rule.code} has no {page}"
        text = page.read_text()
        assert f"!{rule.code}" in text or f"?{rule.code}" in text, f"{page.name} has no bad case"
        assert "\n## Fixed" in text or "\n### Fixed" in text, f"{page.name} has no fixed case"


def test_codes_and_names_are_used_once() -> None:
    rules = all_rules()
    assert len({rule.name for rule in rules}) == len(rules)
    assert {rule.family for rule in rules} <= set(FAMILIES)
