"""Lay a story out in columns, one a task, calls indented by depth: the native form of kernel mail.

Only one task acts in a row, so columns may overlap. If the lines do not fit, arguments go first, then
the columns move together, then the indent shrinks, then notes fold below their line; at last the
tasks are written one below the other in the order in which they run.
"""

from __future__ import annotations

__all__ = ["Grid", "grid"]

import msgspec

from lastput.show.story import Line

_GAP = 2
_NOTE = 2  # blanks before "# ..."
_APART = 12  # columns that overlap start at least this far apart


class Grid(msgspec.Struct, frozen=True):
    """A laid out story: ``heads`` and ``rows`` are ready strings; ``lines[i]`` is what ``rows[i]`` shows
    (None for the rest of a folded line). ``stacked`` if tasks stand one below the other."""

    heads: tuple[str, ...]
    rows: tuple[str, ...]
    lines: tuple[Line | None, ...]
    stacked: bool = False


class _Way(msgspec.Struct, frozen=True):
    """One way to draw: blanks a call level, with arguments, columns may overlap, notes may fold."""

    indent: int
    args: bool
    overlap: bool
    fold: bool


_WAYS = (
    _Way(2, True, False, False),
    _Way(2, False, False, False),
    _Way(2, False, True, False),
    _Way(1, False, True, False),
    _Way(2, False, True, True),
    _Way(1, False, True, True),
)


class _Cell(msgspec.Struct, frozen=True):
    task: int
    text: str
    note: str
    line: Line | None


def grid(story: list[Line], titles: dict[int, str], width: int, most: int = 3) -> Grid:
    """Lay ``story`` out within ``width`` columns; ``titles`` gives each task's heading."""
    tasks = list(dict.fromkeys(line.task for line in story if line.kind != "end"))
    if tasks and len(tasks) <= most:
        for way in _WAYS:
            drawn = _columns(story, tasks, titles, width, way)
            if drawn:
                return drawn
    return _stacked(story, titles, width)


def _bases(story: list[Line]) -> dict[int, int]:
    """The least depth of each task: where its column begins."""
    return {line.task: min(other.depth for other in story if other.task == line.task) for line in story}


def _cells(line: Line, base: int, way: _Way, room: int, width: int) -> list[_Cell]:
    pad = " " * (way.indent * max(0, line.depth - base))
    whole = way.args if line.kind != "end" else len(pad) + len(line.text) <= width
    text = pad + (line.text if whole else line.short)
    note = f"# {line.note}" if line.note else ""
    if way.fold and note and len(text) + _NOTE + len(note) > room:
        pieces = _fold(line.note, room - len(pad) - 4)
        return [
            _Cell(line.task, text, "", line),
            *(_Cell(line.task, f"{pad}  {piece}", "", None) for piece in pieces),
        ]
    return [_Cell(line.task, text, note, line)]


def _fold(note: str, room: int) -> list[str]:
    """Break a note at its commas."""
    pieces = [""]
    for part in note.split(", "):
        if pieces[-1] and len(pieces[-1]) + 4 + len(part) > room:
            pieces.append("")
        pieces[-1] += (", " if pieces[-1] else "") + part
    return [f"# {piece}" for piece in pieces]


def _columns(
    story: list[Line], tasks: list[int], titles: dict[int, str], width: int, way: _Way
) -> Grid | None:
    bases = _bases(story)
    room = width - _APART * (len(tasks) - 1)
    cells = [cell for line in story for cell in _cells(line, bases[line.task], way, room, width)]
    notes = {task: _note_column([cell for cell in cells if cell.task == task], room) for task in tasks}
    drawn = [(cell, _with_note(cell, notes.get(cell.task, 0))) for cell in cells]
    longest = {
        task: max(
            [len(titles[task]), *(len(text) for cell, text in drawn if cell.task == task and not _ends(cell))]
        )
        for task in tasks
    }
    starts = _starts(tasks, titles, longest, width, way.overlap)
    if starts is None:
        return None
    rows = tuple(
        " " * min(starts.get(cell.task, 0), max(0, width - len(text))) + text for cell, text in drawn
    )
    if any(len(row) > width for row in rows):
        return None
    heads = tuple(_place([(starts[task], mark) for task, mark in marks]) for marks in (
        [(task, titles[task]) for task in tasks],
        [(task, "-" * len(titles[task])) for task in tasks],
    ))  # fmt: skip
    return Grid(heads, rows, tuple(cell.line for cell in cells))


def _ends(cell: _Cell) -> bool:
    """The last line may begin left of its column."""
    return cell.line is not None and cell.line.kind == "end"


def _note_column(cells: list[_Cell], room: int) -> int:
    """Where a task's notes stand, if they can stand in one column; else 0."""
    noted = [cell for cell in cells if cell.note]
    start = max((len(cell.text) for cell in noted), default=0) + _NOTE
    return start if start + max((len(cell.note) for cell in noted), default=0) <= room else 0


def _with_note(cell: _Cell, column: int) -> str:
    return cell.text.ljust(max(column, len(cell.text) + _NOTE)) + cell.note if cell.note else cell.text


def _starts(
    tasks: list[int], titles: dict[int, str], longest: dict[int, int], width: int, overlap: bool
) -> dict[int, int] | None:
    """Where each column starts, or None if they do not fit."""
    apart = [max(_APART, len(titles[task]) + _GAP) for task in tasks]
    most = [width - longest[task] for task in tasks]
    for position in range(len(tasks) - 2, -1, -1):
        most[position] = min(most[position], most[position + 1] - apart[position])
    starts: dict[int, int] = {}
    after = 0  # the first column that is free of the task before
    for task, bound in zip(tasks, most, strict=True):
        if bound < 0 or (after > bound and not overlap):
            return None
        starts[task] = min(after, bound)
        after = starts[task] + longest[task] + _GAP
    return starts


def _place(pieces: list[tuple[int, str]]) -> str:
    row = ""
    for start, text in pieces:
        row = row.ljust(start) + text
    return row


def _stacked(story: list[Line], titles: dict[int, str], width: int) -> Grid:
    rows: list[str] = []
    lines: list[Line | None] = []
    bases = _bases(story)
    last = -1
    for line in story:
        if line.task != last and line.kind != "end":
            rows.append(f"[{titles[line.task]}]")
            lines.append(None)
            last = line.task
        for cell in _cells(line, bases[line.task], _Way(1, False, False, True), width - 2, width - 2):
            rows.append(f"  {_with_note(cell, 0)}"[:width])
            lines.append(cell.line)
    return Grid((), tuple(rows), tuple(lines), stacked=True)
