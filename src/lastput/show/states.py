"""The values of the objects that a trace is about, step by step, as short words for a table."""

from __future__ import annotations

__all__ = ["columns_of", "values_after"]

from lastput.schema.trace import Change, Trace

_MOST = 3  # columns


def columns_of(trace: Trace, about: tuple[str, ...]) -> dict[str, int]:
    """The objects to show, most important first, each with the width of its column."""
    sizes = {}
    for name in about:
        texts = [_cell(list(values), now) for values, now in _history(trace, name)]
        if texts:
            sizes[name] = max(len(name), *(len(text) for text in texts))
        if len(sizes) == _MOST:
            break
    return sizes


def values_after(trace: Trace, about: tuple[str, ...], step: int) -> dict[str, str]:
    """What the column of each object says in the row of ``step``."""
    return {name: _value(trace, name, step) for name in about}


def _changes(trace: Trace, name: str) -> list[tuple[int, Change]]:
    return [
        (step.n, change)
        for step in trace.steps
        for change in step.changes
        if change.object == name and change.kind in ("count", "life", "state")
    ]


def _value(trace: Trace, name: str, step: int) -> str:
    changes = _changes(trace, name)
    now = [change for n, change in changes if n == step]
    before = [change for n, change in changes if n < step]
    later = [change for n, change in changes if n >= step]
    return _cell([_latest(before, later)], now)


def _history(trace: Trace, name: str) -> list[tuple[list[str], list[Change]]]:
    changes = _changes(trace, name)
    found = []
    for n in sorted({n for n, _ in changes}):
        now = [change for other, change in changes if other == n]
        before = [change for other, change in changes if other < n]
        found.append(([_latest(before, now)], now))
    return found


def _latest(before: list[Change], later: list[Change]) -> str:
    """The value of an object: gone or going if it is, else its count."""
    for kind in ("life", "state", "count"):
        for change in reversed(before):
            if change.kind == kind and not (kind == "life" and change.new in ("alive", "mapped")):
                return change.new
    counts = [change.old for change in later if change.kind == "count"]
    alive = any(change.kind == "life" and change.old == "unused" for change in later)
    return "" if alive or not counts else counts[0]


def _cell(value: list[str], now: list[Change]) -> str:
    for kind in ("life", "state"):
        for change in now:
            if change.kind == kind and change.new not in ("alive", "mapped"):
                return change.new
    for change in now:
        if change.kind == "count":
            return f"{change.old} -> {change.new}"
    return value[0]
