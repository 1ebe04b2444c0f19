"""A trace as a picture: lanes of tasks with their open frames, bands of objects with their lives.

The y axis is order, never time. A row is a line of the story (see ``story``) or, if ``minor``, a step that
the story leaves out. Positions count steps; the error itself is one more if no step is the error.
"""

from __future__ import annotations

__all__ = ["Bar", "Cell", "Lane", "Row", "Scene", "end_position", "scene"]

import msgspec

from lastput.schema.trace import Step, Trace
from lastput.show.lives import Life, bands, life_of
from lastput.show.story import Line, tell, titles, visible


class Lane(msgspec.Struct, frozen=True):
    """A column of a task."""

    task: int
    title: str
    comm: str


class Bar(msgspec.Struct, frozen=True):
    """An open frame. ``gone``: the text that it is in is unmapped."""

    frame: int
    function: str
    module: str
    gone: bool


class Cell(msgspec.Struct, frozen=True):
    """A lane in a row: its open frames, and the text if this task acts here."""

    bars: tuple[Bar, ...]
    text: str = ""
    note: str = ""


class Row(msgspec.Struct, frozen=True):
    """``position`` is the step after which the row's lives hold; ``kind`` call, op, mark, end or step;
    ``label`` is the number to print, "" if an earlier or later row of the step has it; ``hits`` are the
    bands (by index) that the row acts on."""

    position: int
    kind: str
    task: int
    label: str
    cause: int
    minor: bool
    place: str
    cells: tuple[Cell, ...]
    lives: tuple[Life, ...]
    hits: tuple[int, ...]


class Scene(msgspec.Struct, frozen=True):
    """The whole picture; ``bands`` are names of objects, ``end`` is the last position."""

    lanes: tuple[Lane, ...]
    bands: tuple[str, ...]
    rows: tuple[Row, ...]
    end: int


def end_position(trace: Trace) -> int:
    """The position of the error: the last step if that is the error, else one beyond."""
    last = trace.steps[-1] if trace.steps else None
    warned = last is not None and last.cause == len(trace.causes) and not trace.waits
    return len(trace.steps) + (0 if warned else 1)


def scene(trace: Trace) -> Scene:
    """Lay out a trace."""
    return _Painter(trace).paint()


class _Draft(msgspec.Struct, frozen=True):
    """A row before it is filled: ``order`` sorts within a position; ``frame`` is where the task stands."""

    position: int
    order: int
    kind: str
    task: int
    frame: int
    text: str
    step: int
    cause: int
    minor: bool
    note: str = ""


class _Painter:
    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.end = end_position(trace)
        self.bands = bands(trace)
        self.lives = tuple(life_of(trace, name) for name in self.bands)
        self.texts = {thing.id: life_of(trace, thing.id) for thing in trace.objects if thing.kind == "module"}
        self.awaited = {wait.until for wait in trace.waits if wait.cycle}
        story = tell(trace, self.bands)
        heads = titles(trace, story)
        acting = {step.task for step in trace.steps} | {line.task for line in story}
        self.lanes = tuple(
            Lane(task, f"CPU{number}: {trace.tasks[task].name}", trace.tasks[task].comm)
            for number, task in enumerate(task for task in heads if task in acting)
        )
        self.story = story

    def paint(self) -> Scene:
        drafts = sorted(
            [*self._told(), *self._untold()], key=lambda draft: (draft.position, draft.order)
        )  # stable: lines of one position keep the story's order
        rows = [self._row(draft) for draft in drafts]
        struck = [number for number, row in enumerate(rows) if row.position == self.end and row.hits]
        told = {row.cause for row in rows}
        last = next((number for number, row in enumerate(rows) if row.kind == "end"), -1)
        if last >= 0 and len(self.trace.causes) not in told:
            rows[last] = msgspec.structs.replace(rows[last], cause=len(self.trace.causes))
        for number in struck[1:]:
            if rows[number].kind == "end":
                rows[number] = msgspec.structs.replace(rows[number], hits=())
        return Scene(self.lanes, self.bands, tuple(rows), self.end)

    def _told(self) -> list[_Draft]:
        drafts = []
        last = {line.step: line for line in self.story if line.step and line.kind != "mark"}
        done = 0
        stands: dict[int, int] = {}  # the frame that was last drawn of each task
        for line in self.story:
            carries = line.step > 0 and line is last[line.step]
            if line.kind == "call":
                stands[line.task] = line.frame
            position, order, frame = self._where(line, carries, done, stands.get(line.task, -1))
            if carries:
                done = line.step
            drafts.append(
                _Draft(
                    position,
                    order,
                    line.kind,
                    line.task,
                    frame,
                    _short(line, 48 if len(self.lanes) < 3 else 28),
                    line.step if carries else 0,
                    line.cause,
                    False,
                    line.note or ("must return first" if line.frame in self.awaited - {-1} else ""),
                )
            )
        return drafts

    def _where(self, line: Line, carries: bool, done: int, stands: int) -> tuple[int, int, int]:
        """Position, order within it and frame of a line of the story."""
        if carries:
            step = self.trace.steps[line.step - 1]
            return line.step, 0, line.frame if line.kind == "call" else step.frame
        if line.kind == "call":
            return self._entered(line), 1, line.frame
        if line.kind == "mark" and line.text.startswith("<"):
            return done, 2, stands
        if line.kind == "mark":
            frames = [wait.frame for wait in self.trace.waits if wait.task == line.task]
            return self.end, 3, frames[0] if frames else stands
        return self.end, 4, self.trace.violated.frame if line.task == self.trace.violated.task else stands

    def _entered(self, line: Line) -> int:
        """The step by which the frame of a call line was entered."""
        until = line.step or self.end
        mine = [step for step in self.trace.steps if step.task == line.task and step.n < until]
        for step in reversed(mine):
            if not self._within(step.frame, line.frame):
                return step.n
        return mine[0].n if mine else max(0, until - 1)

    def _within(self, frame: int, outer: int) -> bool:
        while frame > outer:
            frame = self.trace.frames[frame].up
        return frame == outer

    def _untold(self) -> list[_Draft]:
        shown = {line.step for line in self.story if line.step}
        return [
            _Draft(step.n, 0, "step", step.task, step.frame, step.op or "…", step.n, step.cause, True)
            for step in self.trace.steps
            if step.n not in shown
        ]

    def _row(self, draft: _Draft) -> Row:
        # A call that is entered stands before what its first step does.
        after = draft.position if draft.step or draft.kind in ("call", "mark") else self.end
        state = min(after, len(self.trace.steps))
        step = self.trace.steps[draft.step - 1] if draft.step else None
        told = step is not None
        lives = tuple(
            life[state] if told else msgspec.structs.replace(life[state], told="") for life in self.lives
        )
        return Row(
            position=draft.position,
            kind=draft.kind,
            task=draft.task,
            label=str(draft.step) if draft.step else "",
            cause=draft.cause,
            minor=draft.minor,
            place=_place(step),
            cells=tuple(self._cell(lane, draft, state) for lane in self.lanes),
            lives=lives,
            hits=self._hits(draft, lives),
        )

    def _hits(self, draft: _Draft, lives: tuple[Life, ...]) -> tuple[int, ...]:
        if draft.position < self.end or draft.step:
            return tuple(number for number, life in enumerate(lives) if life.told)
        wanted: set[str] = set()
        if draft.kind == "mark":
            wanted = {wait.object for wait in self.trace.waits if wait.task == draft.task}
        elif draft.kind in ("op", "end") and not self.trace.waits:
            wanted = {self.trace.violated.module, self.trace.violated.object}
        return tuple(number for number, name in enumerate(self.bands) if name in wanted)

    def _cell(self, lane: Lane, draft: _Draft, state: int) -> Cell:
        if lane.task == draft.task:
            return Cell(self._bars(draft.frame, lane.task, state), draft.text, draft.note)
        frame = -1
        for step in self.trace.steps[:state]:
            if step.task == lane.task:
                frame = step.lands
        if draft.position == self.end:
            frame = next((wait.frame for wait in self.trace.waits if wait.task == lane.task), frame)
        return Cell(self._bars(frame, lane.task, state))

    def _bars(self, frame: int, task: int, state: int) -> tuple[Bar, ...]:
        return tuple(
            Bar(index, it.function, it.module, self._unmapped(it.module, state))
            for index, it in visible(self.trace, frame, task)
        )

    def _unmapped(self, module: str, state: int) -> bool:
        return module in self.texts and self.texts[module][state].state == "gone"


def _short(line: Line, width: int) -> str:
    return line.text if len(line.text) <= width else line.short


def _place(step: Step | None) -> str:
    return f"{step.place.file}:{step.place.line}" if step is not None and step.place.line else ""
