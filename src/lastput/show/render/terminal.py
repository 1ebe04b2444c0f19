"""A report for a terminal of 80 columns: where, how it happens step by step, why nothing stopped it.

Colour only marks words that stand there anyway.
"""

from __future__ import annotations

__all__ = ["render"]

import textwrap

from lastput.errors import Place
from lastput.schema.trace import Step, Trace
from lastput.show.colour import mark
from lastput.show.columns import Grid, grid
from lastput.show.render import Options
from lastput.show.states import columns_of, values_after
from lastput.show.story import Line, heroes, note, tell, titles

WIDTH = 80
_STEP = 8  # " 12(3) "


def render(trace: Trace, options: Options) -> str:
    """The report; ``options.width`` (at least 60) replaces the 80, ``verbose`` lists every step."""
    width = max(options.width, 60) if options.width else WIDTH
    rows = [*_headline(trace, width), *_excerpt(trace, width), ""]
    rows += _every_step(trace, width) if options.verbose else _table(trace, width)
    rows += ["", *_verdict(trace, width)]
    text = "\n".join(row.rstrip() for row in rows) + "\n"
    return _colour(text) if options.colour else text


def _wrap(text: str, width: int, **how: str) -> list[str]:
    """As textwrap does it, but file names stay whole."""
    return textwrap.wrap(
        text,
        width,
        break_on_hyphens=False,
        initial_indent=how.get("initial_indent", ""),
        subsequent_indent=how.get("subsequent_indent", ""),
    )


def _headline(trace: Trace, width: int) -> list[str]:
    about = f" ({trace.violated.object})" if trace.violated.object else ""
    return _wrap(f"UNSAFE {trace.error}{about}: {trace.headline}", width, subsequent_indent="  ")


def _excerpt(trace: Trace, width: int) -> list[str]:
    """The source line of the first cause, and a line for each cause."""
    places = _cause_places(trace)
    if not trace.causes:
        return [f"  --> {trace.violated.place}"] if trace.violated.place else []
    # The code under test says more than the modelled kernel.
    own = [number for number, place in enumerate(places) if place and not place.file.startswith("lastput/")]
    shown = own[0] if own else 0
    first = places[shown]
    rows = [f"  --> {first}"] if first else []
    gutter = " " * (len(str(first.line)) if first else 3)
    line = next(
        (one for one in trace.sources if first and (one.file, one.line) == (first.file, first.line)), None
    )
    if first and line:
        text = line.text.expandtabs(8)
        indent = len(text) - len(text.lstrip())
        rows += [f"{gutter} |", f"{first.line} |  {text.strip()}"[:width]]
        column = len(line.text[: max(0, first.column - 1)].expandtabs(8)) - indent
        mark = " " * max(0, column) + f"^ ({shown + 1}) {trace.causes[shown]}"
        rows += _hang(f"{gutter} |  ", mark, width)
    for number, cause in enumerate(trace.causes):
        place = places[number]
        if number != shown or not line:
            where = f"  [{_brief(place)}]" if place else ""
            rows += _hang(f"{gutter} = ", f"({number + 1}) {cause}{where}", width)
    return rows


def _cause_places(trace: Trace) -> list[Place | None]:
    missing = [None] * (len(trace.causes) - len(trace.cause_places))
    return [*trace.cause_places, *missing]


def _brief(place: Place) -> str:
    return f"{place.file}:{place.line}" if place.line else place.file


def _hang(prefix: str, text: str, width: int) -> list[str]:
    """``text`` after ``prefix``, wrapped under itself."""
    lead = len(text) - len(text.lstrip())
    lines = _wrap(text, max(20, width - len(prefix)), subsequent_indent=" " * (lead + 4))
    if lead and lines:
        lines[0] = " " * lead + lines[0].lstrip()
        if any(len(prefix + line) > width for line in lines):
            return _hang(prefix, text.lstrip(), width)
    return [prefix + line for line in lines]


def _table(trace: Trace, width: int) -> list[str]:
    """Step numbers, a column for each task, a column for each object that the error is about."""
    states = columns_of(trace, heroes(trace))
    story, drawn = _fit(trace, states, width)
    while states and drawn.stacked:
        # Objects give way to code, the least important first.
        states.pop(next(reversed(states)))
        story, drawn = _fit(trace, states, width)
    left = max((len(row) for row in [*drawn.heads, *drawn.rows]), default=0)
    rows = []
    for number, head in enumerate(drawn.heads):
        marks = "".join(
            "  " + (name if number == 0 else "-" * len(name)).ljust(size) for name, size in states.items()
        )
        rows.append((" step" if number == 0 else " ----").ljust(_STEP) + head.ljust(left) + marks)
    last = {line.step: line for line in story if line.step and line.kind != "mark"}
    for row, line in zip(drawn.rows, drawn.lines, strict=True):
        count = cells = ""
        if line and line.step and line is last.get(line.step):
            count, cells = str(line.step), _cells(trace, states, line.step)
        cause = f"({line.cause})" if line and line.cause else ""
        rows.append(f"{count:>4}{cause}".ljust(_STEP) + row.ljust(left) + cells)
    shown = len({line.step for line in story if line.step})
    if shown < len(trace.steps):
        rows += ["", f" {len(trace.steps)} steps, {shown} shown; -v shows all"]
    return rows


def _fit(trace: Trace, states: dict[str, int], width: int) -> tuple[list[Line], Grid]:
    story = tell(trace, tuple(states))
    return story, grid(story, titles(trace, story), width - _STEP - sum(size + 2 for size in states.values()))


def _cells(trace: Trace, states: dict[str, int], step: int) -> str:
    values = values_after(trace, tuple(states), step)
    return "".join("  " + values[name].ljust(size) for name, size in states.items())


def _every_step(trace: Trace, width: int) -> list[str]:
    """All steps, one a line, with their changes below."""
    rows = []
    names = max((len(task.name) for task in trace.tasks), default=4)
    everything = tuple(thing.id for thing in trace.objects)
    for step in trace.steps:
        cause = f"({step.cause})" if step.cause else ""
        head = f"{step.n:4d}{cause:3s} {trace.tasks[step.task].name:{names}s}  "
        where = _where(trace, step)
        rows += _wrap(
            f"{step.op or '...'}  [{where}]", width, initial_indent=head, subsequent_indent=" " * len(head)
        )
        told = note(step.changes, everything) or step.note
        quiet = [
            f"{one.object}.{one.field} {one.old} -> {one.new}" for one in step.changes if one.kind == "data"
        ]
        for change in [*([told] if told else []), *quiet]:
            rows += _wrap(
                f"# {change}", width, initial_indent=" " * len(head), subsequent_indent=" " * len(head)
            )
    return rows


def _where(trace: Trace, step: Step) -> str:
    function = trace.frames[step.frame].function if step.frame >= 0 else ""
    return f"{function} {_brief(step.place)}".strip()


def _verdict(trace: Trace, width: int) -> list[str]:
    violated = trace.violated
    rows = _wrap(f"  violated: {violated.what}", width, subsequent_indent="  ")
    if violated.inside:
        names = ", ".join(f"{trace.frames[index].function}()" for index in reversed(violated.inside))
        rows += _wrap(f"  still in {violated.module}.ko: {names}", width, subsequent_indent="    ")
    for wait in trace.waits:
        how = (
            f", which {trace.tasks[wait.holder].name} {wait.how}"
            if wait.holder >= 0
            else f", {wait.how or 'which nobody will do'}"
        )
        who = trace.tasks[wait.task].name
        mark = "wait cycle" if wait.cycle else "also stuck"
        rows += _wrap(f"  {mark}: {who} waits for {wait.what}{how}", width, subsequent_indent="    ")
    for reason in violated.why:
        rows += _wrap(f"  why nothing stopped it: {reason}", width, subsequent_indent="    ")
    if trace.budget:
        rows.append("  refcount budget:")
        for entry in trace.budget:
            who = (
                f"{trace.tasks[entry.task].name}, step {entry.step}"
                if entry.task >= 0
                else "before the start"
            )
            line = f"    {entry.object}  {entry.delta:+d} = {entry.left}  {entry.function}()  {who}"
            long = f"{line}  {_brief(entry.place)}"
            rows.append(long if len(long) <= width else line)
    done = trace.explored
    if done:
        kind = "all" if done.complete else "not all"
        switches = f", {done.switches} context switch{'' if done.switches == 1 else 'es'}"
        least = "; no shorter one exists" if done.shortest else ""
        text = f"  explored {done.states:,} states ({kind}); {len(trace.steps)} steps{switches}{least}"
        rows += _wrap(text, width, subsequent_indent="    ")
    for one in trace.assumptions:
        rows += _wrap(f"  assumed: {one}", width, subsequent_indent="    ")
    # Not wrapped: these are to be pasted into a shell.
    rows.append(
        f"  replay: lastput show {' '.join([trace.file, *trace.options, '--schedule', trace.schedule])}"
    )
    if trace.fault:
        rows.append(f"  {trace.fault}")
    return rows


def _colour(text: str) -> str:
    """Mark the headline, the causes and the end of the story."""
    return mark(
        text,
        {
            r"^UNSAFE [a-z-]+": "bold red",
            r"\([1-9]\)": "bold yellow",
            r"\*\*\* .* \*\*\*|<preempted>": "bold red",
            r"^  (violated|why nothing stopped it|wait cycle|refcount budget|explored|replay):?": "bold",
            r"# .*?(?=  |$)": "cyan",
        },
    )
