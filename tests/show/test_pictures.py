"""What the pages look like: light, dark, on paper, and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import pytest

from lastput.show.findings import render as render_findings
from lastput.show.render import render
from tests.show import pictures
from tests.show.test_findings import sample_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.needs_chromium


class _Look(NamedTuple):
    width: int
    scheme: Literal["light", "dark"] = "light"
    media: Literal["print", "screen"] = "screen"


_LOOKS = {
    "light": _Look(1280),
    "dark": _Look(1280, "dark"),
    "paper": _Look(703, "dark", "print"),  # A4 without its margins
    "narrow": _Look(380),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        found = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield found
        found.close()


def _look(browser: Browser, look: str, page: Path) -> bytes:
    how = _LOOKS[look]
    window = browser.new_page(viewport={"width": how.width, "height": 900}, color_scheme=how.scheme)
    window.goto(page.as_uri())
    window.emulate_media(media=how.media)
    window.add_style_tag(content=pictures.FONT)
    if window.locator(".finding").count():  # the page of findings, with one of them open
        window.locator(".finding .head").first.click()
    assert window.evaluate("document.documentElement.scrollWidth") <= how.width
    return window.screenshot(full_page=True)


@pytest.mark.parametrize("look", _LOOKS)
@pytest.mark.parametrize("trace_name", ["release_race", "self_flush"])
def test_a_trace(
    trace_name: str, look: str, browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    page = tmp_path / "trace.html"
    page.write_text(render("html", request.getfixturevalue(trace_name)))
    pictures.compare(f"{trace_name}-{look}", _look(browser, look, page))


@pytest.mark.parametrize("look", _LOOKS)
def test_findings(look: str, browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "findings.html"
    page.write_text(render_findings("html", sample_report()))
    pictures.compare(f"findings-{look}", _look(browser, look, page))


@pytest.mark.parametrize(
    ("trace_name", "style"),
    [("release_race", ".fill.alive { background: none }"), ("self_flush", ".graph { visibility: hidden }")],
)
def test_a_change_of_looks_is_seen(
    trace_name: str,
    style: str,
    browser: Browser,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tolerance is for letters, not for bands that have lost their colour."""
    monkeypatch.delenv("LASTPUT_ACCEPT", raising=False)
    monkeypatch.setattr(pictures, "_LEFT", tmp_path / "left")
    page = tmp_path / "trace.html"
    text = render("html", request.getfixturevalue(trace_name))
    page.write_text(text.replace("</style>", f"{style}</style>"))
    with pytest.raises(pytest.fail.Exception, match=r"% of it differs"):
        pictures.compare(f"{trace_name}-light", _look(browser, "light", page))
    assert (tmp_path / "left" / f"{trace_name}-light.diff.png").is_file()
