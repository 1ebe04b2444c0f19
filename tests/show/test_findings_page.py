"""What one can do with the page of findings: search, filter, send a link, use the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from lastput.schema.audit import RuleNote
from lastput.schema.finding import Finding, Where
from lastput.schema.severity import Level, Severity
from lastput.show.findings import render
from tests.audit.samples import finding
from tests.show.test_findings import sample_report

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.needs_chromium

_RULES = (RuleNote("MOD901", "made-up", "A made-up warning."), RuleNote("REF901", "other", "Another one."))


def _one(code: str, path: str, level: Level, points: int) -> Finding:
    severity = Severity(level, points, "leak", "user", reason="leak")
    one = finding(code=code, where=Where(path, 12, 0, "bar"), severity=severity)
    return msgspec.structs.replace(one, fingerprint=f"{points:016x}", message=f"{code} in {path}")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = (
        _one("MOD901", "drivers/a.c", "low", 20),
        _one("REF901", "drivers/b.c", "high", 90),
        _one("REF901", "net/c.c", "medium", 60),
    )
    path = tmp_path_factory.mktemp("page") / "findings.html"
    path.write_text(render("html", sample_report(findings=found, rules=_RULES)))
    return path


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1400, "height": 900})
        browser.close()


def _go(page: Page, file: Path, state: str = "") -> None:
    page.goto("about:blank")
    page.goto(f"{file.as_uri()}{state}")
    page.wait_for_selector(".finding, .none")


def _shown(page: Page) -> list[str]:
    return page.locator(".finding .where").all_text_contents()


def test_what_hurts_most_comes_first(page: Page, file: Path) -> None:
    _go(page, file)
    assert _shown(page) == ["drivers/b.c:12", "net/c.c:12", "drivers/a.c:12"]
    page.select_option("#sort", "path")
    assert _shown(page) == ["drivers/a.c:12", "drivers/b.c:12", "net/c.c:12"]


def test_search_as_one_types(page: Page, file: Path) -> None:
    _go(page, file)
    page.keyboard.press("/")
    page.keyboard.type("ref drivers")
    assert _shown(page) == ["drivers/b.c:12"]
    assert page.locator(".chosen b").inner_text() == "1 of 3 findings"
    page.keyboard.type(" nothing")
    assert page.locator(".none").is_visible()


def test_a_filter_counts_what_the_others_leave(page: Page, file: Path) -> None:
    _go(page, file)
    page.click(".value.severity.high")
    assert _shown(page) == ["drivers/b.c:12"]
    rules = {one.inner_text() for one in page.locator(".value.rule").all()}
    assert {" ".join(one.split()) for one in rules} == {"REF901 other 1", "MOD901 made-up 0"}
    page.click(".chosen .chip >> nth=0")
    assert len(_shown(page)) == 3


def test_the_address_says_it_all(page: Page, file: Path) -> None:
    _go(page, file)
    page.click(".value.rule.REF901")
    page.fill("#find", "net")
    page.click(".finding .head")
    sent = page.url.partition("#")[2]
    assert sent == "find=net&rule=REF901&finding=000000000000003c"
    _go(page, file, f"#{sent}")
    assert _shown(page) == ["net/c.c:12"]
    assert page.locator(".finding.open .more").is_visible()


def test_by_keyboard(page: Page, file: Path) -> None:
    _go(page, file)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.locator(".finding.open .where").text_content() == "net/c.c:12"
    page.keyboard.press("k")
    assert page.locator(".finding.open .where").text_content() == "drivers/b.c:12"
    page.keyboard.press("Escape")
    assert page.locator(".finding.open").count() == 0


def test_one_finding_is_open(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "one.html"
    file.write_text(render("html", sample_report(findings=(_one("MOD901", "a.c", "low", 1),))))
    _go(page, file)
    assert page.locator(".finding.open .more").is_visible()
    assert not page.locator(".facets").is_visible()
