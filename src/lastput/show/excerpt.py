"""The source around a place, as rows of a page."""

from __future__ import annotations

__all__ = ["AROUND", "Row", "excerpt"]

from collections.abc import Iterable

import msgspec

from lastput.schema.trace import Source

AROUND = 3  # lines on each side


class Row(msgspec.Struct, frozen=True):
    """A line without the blanks that all of an excerpt begin with; ``here``: it is the one."""

    line: int
    text: str
    here: bool


def excerpt(sources: Iterable[Source], file: str, line: int, around: int = AROUND) -> tuple[Row, ...]:
    """The lines of ``sources`` around a place. Tabs are of 4, for excerpts stand side by side."""
    near = {one.line: one for one in sources if one.file == file and abs(one.line - line) <= around}
    texts = {number: _narrow(near[number].text) for number in sorted(near)}
    # Directives stand at the margin, whatever the code around them does.
    indents = [_indent(text) for text in texts.values() if text.strip() and not text.startswith("#")]
    indent = min(indents, default=0)
    return tuple(
        Row(number, text[min(indent, _indent(text)) :], number == line) for number, text in texts.items()
    )


def _narrow(text: str) -> str:
    wide = text.expandtabs(8)
    tabs, blanks = divmod(_indent(wide), 8)
    return " " * (4 * tabs + blanks) + wide.lstrip()


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
