"""What a rule is: one module of ``lastput.audit.rules`` with its code, its page and ``run``.

The module has ``CODE`` (family and number, such as ``MOD001``; a number is never used twice), ``NAME``
(the fault, so that "allow NAME" reads: ``self-put-in-release``) and ``run(facts)``, which yields a
``Finding`` for each place that it reports, and also for each site that it judged safe. The docstring is
the rule's page: a first sentence in the words of a warning, then the sections of ``SECTIONS``.
"""

from __future__ import annotations

__all__ = ["FAMILIES", "SECTIONS", "Page", "Rule", "read_page"]

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from lastput.schema.finding import Finding

#: What the letters of a code stand for.
FAMILIES = {
    "MOD": "modules that hold or drop references to themselves",
    "FIL": "files and ops tables",
    "WRK": "work items, timers, tasklets and RCU callbacks",
    "LCK": "waits under locks",
    "REF": "reference counts",
    "KTH": "kernel threads",
}

#: The sections of a page, in this order.
SECTIONS = (
    "What it finds",
    "Why it breaks",
    "Example",
    "Instead",
    "How lastput knows",
    "Known limits",
    "History",
)

_LETTERS = "|".join(FAMILIES)
CODE = re.compile(rf"(?:{_LETTERS})[0-9]{{3}}")


class Page(msgspec.Struct, frozen=True):
    """A rule's page: the first sentence and the text of each section."""

    summary: str
    sections: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """The page as it is printed."""
        parts = [self.summary, *(f"{title}\n{body}" for title, body in self.sections)]
        return "\n\n".join(parts) + "\n"


class Rule(msgspec.Struct, frozen=True):
    """A rule that was found. ``run`` takes the fact base of ``lastput.facts``."""

    code: str
    name: str
    page: Page
    run: Callable[[Any], Iterator[Finding]]

    @property
    def family(self) -> str:
        """The letters of its code."""
        return self.code[:3]


def read_page(docstring: str) -> Page:
    """Split a module docstring: a section starts with a line that is one of ``SECTIONS`` at the margin.

    Raises ValueError for a page that lacks a section, or has them in another order.
    """
    text = docstring.strip()
    titles = re.findall(rf"^({'|'.join(SECTIONS)}):?$", text, re.MULTILINE)
    if tuple(titles) != SECTIONS:
        missing = [title for title in SECTIONS if title not in titles]
        raise ValueError(f"lacks {missing}" if missing else f"has its sections in the order {titles}")
    bodies = re.split(rf"^(?:{'|'.join(SECTIONS)}):?$", text, flags=re.MULTILINE)
    summary = " ".join(bodies[0].split())
    return Page(summary, tuple(zip(titles, (body.strip("\n").rstrip() for body in bodies[1:]), strict=True)))
