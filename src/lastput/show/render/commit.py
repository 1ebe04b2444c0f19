"""A diagram that pastes into a commit message or a mail: 72 columns, plain ASCII.

Columns are tasks in the order of their first step, the indent is the call depth, ``#`` is a change of
state. A wait cycle is drawn with an arrow in the margin.
"""

from __future__ import annotations

__all__ = ["render"]

import textwrap

from lastput.schema.trace import Trace
from lastput.show.columns import Grid, grid
from lastput.show.paragraph import plain, room
from lastput.show.render import Options
from lastput.show.story import Line, tell, titles, work_of

_MARGIN = 2


def render(trace: Trace, options: Options) -> str:
    """The diagram under one sentence; ``options.width`` (at least 40) replaces the 72."""
    width = room(options.width)
    story = tell(trace)
    cycle = [wait for wait in trace.waits if wait.cycle]
    alone = len(cycle) == 1 and cycle[0].holder == cycle[0].task
    if alone:
        story = [line for line in story if line.task == cycle[0].task]
    heads = titles(trace, story)
    work = work_of(trace, cycle[0].frame) if alone else None
    if work is not None:
        heads[cycle[0].task] = f"Workqueue: events {work.function}"
    drawn = grid(story, heads, width - _MARGIN - (4 if alone else 0))
    rows = _arrow(drawn, cycle[0].until, width - _MARGIN) if alone else list(drawn.rows)
    body = [" " * _MARGIN + row.rstrip() if row else "" for row in [*drawn.heads, *rows]]
    intro = textwrap.wrap(plain(trace.headline) + ":", width)
    why = [textwrap.fill(plain(reason), width) for reason in trace.violated.why]
    parts = ["\n".join(intro), "", *(plain(row)[:width].rstrip() for row in body)]
    for reason in why:
        parts += ["", reason]
    return "\n".join(parts) + "\n"


def _arrow(drawn: Grid, until: int, width: int) -> list[str]:
    """Draw the cycle of a task that waits for itself: from its last line up to the call it waits for."""
    rows = [row.rstrip() for row in drawn.rows]
    calls = [
        position for position, line in enumerate(drawn.lines) if line is not None and line.kind == "call"
    ]
    waits = [
        position for position, line in enumerate(drawn.lines) if line is not None and line.kind == "mark"
    ]
    if not calls or not waits:
        return rows
    target = next((place for place in calls if _enters(drawn.lines[place], until)), calls[0])
    last = waits[-1]
    # The arrow stands two columns right of the widest row it passes.
    bar = min(width - 1, max(len(row) for row in rows[target : last + 1]) + 4)
    rows[target] = f"{rows[target]} <".ljust(bar, "-") + "+"
    rows[last] = f"{rows[last]} ".ljust(bar, "-") + "+"
    for position in range(target + 1, last):
        rows[position] = rows[position].ljust(bar) + "|"
    return rows


def _enters(line: Line | None, frame: int) -> bool:
    return line is not None and line.frame == frame
