"""One page that stands alone: counts, filters and search, and each finding with its code and its reasons.

The findings are data in the page, compressed, of which its script makes what is seen: a thousand of them are
well under two megabytes. Without a script the page lists them, a line each.
"""

from __future__ import annotations

__all__ = ["render"]

import base64
import gzip

import msgspec

from lastput.schema.audit import Report
from lastput.show.findings import Options
from lastput.show.findings._card import Card, card
from lastput.show.page import fill, part
from lastput.show.summary import summary


class _Data(msgspec.Struct, frozen=True):
    tree: str
    rules: dict[str, tuple[str, str]]
    cards: tuple[Card, ...]


def render(report: Report, options: Options) -> str:
    """The page; without findings it says so. Sources with lines around them make better excerpts."""
    used = {one.code for one in report.findings}
    patches = {one.fingerprint: one for one in report.patches}
    data = _Data(
        tree=report.tree,
        rules={rule.code: (rule.name, rule.summary) for rule in report.rules if rule.code in used},
        cards=tuple(card(one, patches.get(one.fingerprint)) for one in report.findings),
    )
    packed = gzip.compress(msgspec.json.encode(data), 9, mtime=0)
    return fill(
        "findings.html.j2",
        report=report,
        lines=summary(report).strip().splitlines(),
        data=base64.b64encode(packed).decode(),
        style=part("page.css", "findings.css"),
        script=part("findings.js"),
    )
