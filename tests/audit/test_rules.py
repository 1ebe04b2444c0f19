"""Every rule, on the trees of its page. LASTPUT_ACCEPT=1 writes the reports of the pages anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lastput.audit.registry import all_rules
from lastput.audit.run import run_rules
from lastput.audit.sources import with_sources
from lastput.cli.tree import opener
from lastput.schema.audit import Report
from lastput.schema.finding import reported
from lastput.show.findings import render
from tests.audit.pages import PageCase, check, make_tree, misclaimed, read_cases

_PAGES = sorted((Path(__file__).parent / "rules").glob("*.md"))
_CASES = [case for page in _PAGES for case in read_cases(page)]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_case(case: PageCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    tree = tmp_path / "tree"
    make_tree(tree, case.files)
    module = Path(case.page).stem
    rules = [rule for rule in all_rules() if rule.run.__module__.endswith(f".{module}")]
    assert rules, f"there is no rule module {module}"
    open_tree = opener(str(tree), quiet=True)
    judged, broken = run_rules(open_tree, rules)
    assert not broken
    assert check(judged, case.files, [rule.code for rule in rules]) == []
    assert misclaimed(filter(reported, judged), case.files) == []
    told = tuple(with_sources(open_tree(), one) for one in judged if reported(one))
    pasted = render("commit", Report(tree="", findings=told))
    assert pasted.isascii()
    assert max(map(len, pasted.splitlines()), default=0) <= 72
    if case.report is not None:
        text = render("full", Report(tree="", findings=told))
        if os.environ.get("LASTPUT_ACCEPT"):
            page = Path(case.page)
            page.write_text(page.read_text().replace(f"```report\n{case.report}```", f"```report\n{text}```"))
        else:
            assert text == case.report
