"""The functions of a finding with the lines that it speaks of: indent is call depth, ``#`` a note.

The chain is one block, outermost first; each other function is a block of its own. Lines stand in the
order of the file, blocks in the order of the causes. Nothing here says which of two functions runs first:
the numbers do.
"""

from __future__ import annotations

__all__ = ["outline"]

from collections.abc import Iterable

import msgspec

from lastput.schema.finding import Finding, Where

_INDENT = 2
_TAB = 8  # blanks of an indent in the source
_GAP = 2  # blanks before "# ..."
_LEAST = 12  # columns of a line, however deep it stands


class _Row(msgspec.Struct, frozen=True):
    depth: int
    text: str
    note: str = ""


class _Block(msgspec.Struct):
    """``first`` is the least number of a cause in it; blocks are sorted by it."""

    rows: list[_Row]
    first: int


def outline(finding: Finding, width: int) -> list[str]:
    """Rows of at most ``width`` columns, an empty one between two blocks."""
    notes: dict[Where, list[int]] = {}
    for number, cause in enumerate(finding.causes, 1):
        notes.setdefault(_line(cause.where), []).append(number)
    blocks = [_chain(finding, notes)] if finding.chain else []
    # What the chain has shown is gone from the notes.
    functions = dict.fromkeys((where.path, where.function) for where in notes)
    blocks += [_function(finding, path, name, notes) for path, name in functions]
    blocks.sort(key=lambda block: block.first)
    drawn = [_draw(block.rows, width) for block in blocks]
    return [row for number, rows in enumerate(drawn) for row in ([""] if number else []) + rows]


def _line(where: Where) -> Where:
    return Where(where.path, where.line, 0, where.function)


def _chain(finding: Finding, notes: dict[Where, list[int]]) -> _Block:
    rows: list[_Row] = []
    after: list[list[_Row]] = []  # for each function what stands behind its call of the next one
    seen: list[int] = []
    call: list[int] = []  # causes at the line that calls the function
    for depth, link in enumerate(finding.chain):
        how = "" if link.how == "direct" else link.how
        head, lines = _take(notes, link.where.path, link.function, finding)
        at = lines.pop(link.where.line, [])
        last = depth == len(finding.chain) - 1
        seen += [*head, *at, *(number for numbers in lines.values() for number in numbers)]
        rows.append(_Row(depth, f"{link.function}()", _note([*call, *head], how)))
        rows += _rows(
            finding, link.where.path, depth + 1, {k: v for k, v in lines.items() if k < link.where.line}
        )
        if last and not _is_head(_text(finding, link.where.path, link.where.line), link.function):
            rows += _rows(finding, link.where.path, depth + 1, {link.where.line: at})
        after.append(
            _rows(
                finding, link.where.path, depth + 1, {k: v for k, v in lines.items() if k > link.where.line}
            )
        )
        call = at
    for behind in reversed(after):
        rows += behind
    return _Block(rows, min(seen, default=len(finding.causes) + 1))


def _function(finding: Finding, path: str, name: str, notes: dict[Where, list[int]]) -> _Block:
    head, lines = _take(notes, path, name, finding)
    seen = [*head, *(number for numbers in lines.values() for number in numbers)]
    elsewhere = path if path != finding.where.path else ""
    if not name:
        return _Block(_at_file_scope(finding, path, lines), min(seen))
    rows = [_Row(0, f"{name}()", _note(head, elsewhere)), *_rows(finding, path, 1, lines)]
    return _Block(rows, min(seen))


def _take(
    notes: dict[Where, list[int]], path: str, function: str, finding: Finding
) -> tuple[list[int], dict[int, list[int]]]:
    """Take the causes of a function out of ``notes``: those at its head, and those at lines in it."""
    head: list[int] = []
    lines: dict[int, list[int]] = {}
    for where in [one for one in notes if (one.path, one.function) == (path, function)]:
        numbers = notes.pop(where)
        if _is_head(_text(finding, path, where.line), function):
            head += numbers
        else:
            lines[where.line] = numbers
    return head, lines


def _is_head(text: str, function: str) -> bool:
    """Whether a line is the beginning of the function's definition."""
    return bool(function) and text[:1].strip() != "" and f"{function}(" in text and not text.endswith(";")


def _rows(finding: Finding, path: str, depth: int, lines: dict[int, list[int]]) -> list[_Row]:
    """The lines: the outermost ``depth`` deep, the others deeper as they are in the source."""
    texts = {line: _text(finding, path, line) for line in sorted(lines)}
    levels = {line: (len(text) - len(text.lstrip())) // _TAB for line, text in texts.items()}
    least = min(levels.values(), default=0)
    return [
        _Row(depth + levels[line] - least, _statement(text, line), _note(lines[line]))
        for line, text in texts.items()
    ]


def _statement(text: str, line: int) -> str:
    """A source line with single blanks; dots if it goes on in the next one."""
    words = " ".join(text.split())
    goes_on = words.count("(") > words.count(")") or words.endswith(("=", "|", "&&", "||"))
    return f"{words} ..." if goes_on else words or f"(line {line})"


def _at_file_scope(finding: Finding, path: str, lines: dict[int, list[int]]) -> list[_Row]:
    """Initialisers and the like; dots stand for what is between, for that may be the end of one."""
    rows: list[_Row] = []
    before = 0
    for line, numbers in sorted(lines.items()):
        text = _text(finding, path, line)
        depth = int(bool(rows) and text[:1].isspace())
        if before and line > before + 1:
            rows.append(_Row(depth, "..."))
        rows.append(_Row(depth, _statement(text, line), _note(numbers)))
        before = line
    return rows


def _text(finding: Finding, path: str, line: int) -> str:
    return next((one.text for one in finding.sources if (one.file, one.line) == (path, line)), "")


def _note(numbers: Iterable[int], words: str = "") -> str:
    parts = [f"({number})" for number in sorted(numbers)] + ([words] if words else [])
    return f"# {' '.join(parts)}" if parts else ""


def _draw(rows: list[_Row], width: int) -> list[str]:
    """Notes stand in one column, those that are too long for it further left; lines leave room for them."""
    texts = [_shorten(row, width) for row in rows]
    column = max((len(text) for text, row in zip(texts, rows, strict=True) if row.note), default=0) + _GAP
    drawn = []
    for text, row in zip(texts, rows, strict=True):
        start = max(min(column, width - len(row.note)), len(text) + _GAP)
        drawn.append(f"{text.ljust(start)}{row.note}"[:width].rstrip() if row.note else text)
    return drawn


def _shorten(row: _Row, width: int) -> str:
    """The line, indented; with fewer arguments, or cut, if it is too long for its note."""
    pad = " " * min(_INDENT * row.depth, width // 2)
    most = max(width - len(pad) - (_GAP + len(row.note) if row.note else 0), _LEAST)
    text = row.text
    head, bracket, rest = text.partition("(")
    if len(text) > most and bracket:
        end = "...);" if text.endswith(";") else "...)" if text.endswith(")") else "..."
        kept = head + bracket
        for part in rest.split(", ")[:-1]:
            if len(f"{kept}{part}, {end}") > most:
                break
            kept += f"{part}, "
        text = kept + end
    return pad + (text if len(text) <= most else f"{text[: most - 3]}...")
