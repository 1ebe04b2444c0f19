"""Every remedy, on the trees of its page: the patch as it is printed. LASTPUT_ACCEPT=1 writes them anew.

A page is ``remedies/NAME.md`` for the module ``NAME``, its cases are as ``tests.audit.pages`` reads them, and
the block ``report`` of a case is what ``lastput fix`` prints for all findings of the rules that it names.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import pytest

from lastput.audit.registry import all_rules
from lastput.audit.run import run_rules
from lastput.audit.sources import with_sources
from lastput.cli.tree import opener
from lastput.fix.mend import Mender
from lastput.fix.remedies import codes
from lastput.schema.finding import at_least, reported
from lastput.show.patches import render
from tests.audit.pages import PageCase, make_tree, read_cases

_PAGES = sorted((Path(__file__).parent / "remedies").glob("*.md"))
_CASES = [case for page in _PAGES for case in read_cases(page)]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_case(case: PageCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    make_tree(tmp_path / "tree", case.files)
    remedy = importlib.import_module(f"lastput.fix.remedies.{Path(case.page).stem}")
    rules = [rule for rule in all_rules() if rule.code in remedy.CODES]
    open_tree = opener(str(tmp_path / "tree"), quiet=True)
    before, broken = run_rules(open_tree, rules)
    assert not broken
    told = [with_sources(open_tree(), one) for one in before if reported(one) and at_least(one, "medium")]
    answers = Mender(open_tree, before, rules, tmp_path).mend(told)
    text = "\n".join(render("text", answer) for _, answer in answers)
    assert text
    if os.environ.get("LASTPUT_ACCEPT"):
        page = Path(case.page)
        page.write_text(page.read_text().replace(f"```report\n{case.report}```", f"```report\n{text}```", 1))
    else:
        assert text == case.report


def test_each_remedy_has_a_page_and_codes_that_exist() -> None:
    known = {rule.code for rule in all_rules()}
    assert codes() <= known
    folder = Path(importlib.import_module("lastput.fix.remedies").__file__ or "").parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {page.stem for page in _PAGES} == modules
