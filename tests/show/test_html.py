"""The page in a real browser: it steps, it shows the state, it needs nothing but itself.

A picture of each page is written to the folder that LASTPUT_SCREENSHOTS names, if it is set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lastput.schema.trace import Trace
from lastput.show.render import render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_LIMIT = 200_000  # bytes


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        found = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield found
        found.close()


def _open(browser: Browser, trace: Trace, folder: Path, fragment: str = "", **how: object) -> Page:
    path = folder / "trace.html"
    path.write_text(render("html", trace))
    page = browser.new_page(viewport={"width": 1500, "height": 1000}, **how)  # type: ignore[arg-type]
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.on("request", lambda request: _local(request.url))
    page.goto(f"{path.as_uri()}{fragment}")
    return page


def _local(url: str) -> None:
    assert url.startswith("file://"), f"the page asks for {url}"


def _picture(page: Page, name: str) -> bytes:
    data = page.screenshot(full_page=True)
    if folder := os.environ.get("LASTPUT_SCREENSHOTS"):
        Path(folder, f"{name}.png").write_bytes(data)
    return data


def _state(page: Page) -> dict[tuple[str, str], str]:
    """The state panel: (object, field) to value."""
    found: dict[tuple[str, str], str] = {}
    thing = ""
    for row in page.locator("#state > table tr").all():
        name, field, value = (cell.inner_text() for cell in row.locator("td").all())
        thing = name or thing
        found[thing, field] = value
    return found


def test_it_stands_alone(release_race: Trace, self_flush: Trace) -> None:
    for trace in (release_race, self_flush):
        page = render("html", trace)
        assert len(page.encode()) < _LIMIT
        assert not re.search(r"(src|href)=|url\((?!#)|@import", page)


def test_the_trace_of_the_page_is_the_trace(release_race: Trace) -> None:
    from lastput.schema.trace import decode

    page = render("html", release_race)
    data = re.search(r'<script type="application/json" id="trace">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert decode(data[1].encode(), "page") == release_race


def test_text_of_a_trace_is_no_markup(release_race: Trace) -> None:
    import msgspec

    evil = "</script><script>alert(1)</script><!--"
    page = render("html", msgspec.structs.replace(release_race, headline=evil, question=evil))
    assert evil not in page
    assert page.count("<script") == 3


@pytest.mark.needs_chromium
def test_stepping(browser: Browser, release_race: Trace, tmp_path: Path) -> None:
    page = _open(browser, release_race, tmp_path)
    assert page.locator("#where").inner_text() == "the error"
    assert _state(page)["kvm", "text"] == "gone"
    page.keyboard.press("Home")
    assert page.locator("#where").inner_text().startswith("step 0 of")
    assert _state(page)["kvm", "text"] == "mapped"
    page.keyboard.press("n")
    first = next(step for step in release_race.steps if step.cause == 1)
    assert page.url.endswith(f"#step={first.n}")
    change = next(change for change in first.changes if change.kind == "count")
    assert f"{change.old} → {change.new}" in _state(page)[change.object, change.field]
    page.keyboard.press("k")
    assert int(page.url.rpartition("=")[2]) < first.n
    page.locator('button[data-go="last"]').click()
    assert page.locator("#where").inner_text() == "the error"
    page.locator(f'.row[data-step="{first.n}"]').first.click()
    assert page.url.endswith(f"#step={first.n}")


@pytest.mark.needs_chromium
def test_a_fragment_names_a_step(browser: Browser, release_race: Trace, tmp_path: Path) -> None:
    page = _open(browser, release_race, tmp_path, "#step=3")
    assert page.locator("#where").inner_text() == f"step 3 of {len(release_race.steps)}"
    page.evaluate("location.hash = '#step=5'")
    page.wait_for_function("document.querySelector('#where').textContent.startsWith('step 5')")


@pytest.mark.needs_chromium
def test_the_bug_is_an_arrow_into_a_freed_band(browser: Browser, release_race: Trace, tmp_path: Path) -> None:
    page = _open(browser, release_race, tmp_path)
    hit = page.locator(".row.fatal .band.hit .fill.gone")
    assert hit.count() == 1
    assert "gone" in hit.inner_text()
    assert page.locator(".row.fatal .wire").bounding_box() is not None
    assert page.locator("#stacks li.gone").count() == len(release_race.violated.inside)
    _picture(page, "release_race")


@pytest.mark.needs_chromium
def test_who_waits_for_whom_is_drawn(browser: Browser, self_flush: Trace, tmp_path: Path) -> None:
    page = _open(browser, self_flush, tmp_path)
    assert page.locator("#waits svg rect").count() == 2
    assert "waits for" in page.locator("#stacks").inner_text()
    _picture(page, "self_flush")


@pytest.mark.needs_chromium
def test_dark_and_light_differ_and_paper_is_light(
    browser: Browser, release_race: Trace, tmp_path: Path
) -> None:
    light = _open(browser, release_race, tmp_path, color_scheme="light")
    dark = _open(browser, release_race, tmp_path, color_scheme="dark")
    colour = "getComputedStyle(document.querySelector('article')).backgroundColor"
    assert light.evaluate(colour) != dark.evaluate(colour)
    assert _picture(light, "light") != _picture(dark, "dark")
    dark.keyboard.press("t")
    assert light.evaluate(colour) == dark.evaluate(colour)
    dark.keyboard.press("t")
    dark.emulate_media(media="print")
    assert light.evaluate(colour) == dark.evaluate(colour)
    assert dark.locator(".steps").is_hidden()


@pytest.mark.needs_chromium
def test_it_fits_on_a4(browser: Browser, release_race: Trace, self_flush: Trace, tmp_path: Path) -> None:
    """186 mm of width, which are 703 px."""
    for trace in (release_race, self_flush):
        page = _open(browser, trace, tmp_path)
        page.set_viewport_size({"width": 703, "height": 1040})
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= 703
        assert page.evaluate("document.querySelector('.diagram').getBoundingClientRect().width") <= 703


@pytest.mark.needs_chromium
def test_without_scripts_there_is_the_diagram(browser: Browser, self_flush: Trace, tmp_path: Path) -> None:
    page = _open(browser, self_flush, tmp_path, java_script_enabled=False)
    assert page.locator("noscript pre").inner_text().strip() == render("commit", self_flush).strip()


@pytest.mark.needs_chromium
def test_all_steps(browser: Browser, release_race: Trace, tmp_path: Path) -> None:
    page = _open(browser, release_race, tmp_path)
    short = page.locator(".row:visible").count()
    page.keyboard.press("a")
    assert page.locator(".row:visible").count() >= short
    numbers = [cell.inner_text() for cell in page.locator(".row:visible .n").all()]
    assert sum(bool(re.match(r"\D*\d", text)) for text in numbers) >= len(release_race.steps)
