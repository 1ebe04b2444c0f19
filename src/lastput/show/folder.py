"""The pages of many tests, as one folder: a page for each counterexample, and an index of all tests."""

from __future__ import annotations

__all__ = ["pages"]

from collections.abc import Sequence

import msgspec

from lastput.schema.checked import Checked
from lastput.schema.trace import Trace
from lastput.show.page import fill, part
from lastput.show.render import render
from lastput.show.table import expected_text

_GOOD = ("SAFE", "NOT RUN")


class _Link(msgspec.Struct, frozen=True):
    file: str
    trace: Trace


class _Entry(msgspec.Struct, frozen=True):
    """A row of the index."""

    check: Checked
    expected: str
    links: tuple[_Link, ...]
    good: bool


def pages(checks: Sequence[Checked]) -> dict[str, str]:
    """File names with their text: ``index.html``, and one for each trace of ``checks``."""
    found: dict[str, str] = {}
    entries = []
    for check in checks:
        links = []
        for trace in check.traces:
            file = f"{check.file.removesuffix('.c').strip('./').replace('/', '.')}.{trace.error}.html"
            found[file] = render("html", trace)
            links.append(_Link(file, trace))
        good = not check.wrong and (check.verdict in _GOOD or bool(check.traces and check.expected.stated))
        entries.append(_Entry(check, expected_text(check.expected), tuple(links), good))
    style = part("page.css", "index.css")
    return {"index.html": fill("index.html.j2", entries=entries, style=style), **found}
