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


def excerpt(sources: Iterable[Source], file: str, line: int) -> tuple[Row, ...]:
    """The lines of ``sources`` around a place, with tabs of 8."""
    near = {one.line: one for one in sources if one.file == file and abs(one.line - line) <= AROUND}
    texts = {number: near[number].text.expandtabs(8) for number in sorted(near)}
    indent = min((len(text) - len(text.lstrip()) for text in texts.values() if text.strip()), default=0)
    return tuple(Row(number, text[indent:], number == line) for number, text in texts.items())
