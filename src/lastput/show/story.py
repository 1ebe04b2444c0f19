"""From a trace to the lines that people read: what to keep, how deep it stands, what it changes.

A trace has every atomic step; a story keeps the steps that belong to the error (causes, changes to
the objects it is about) and the call lines that carry them. All text views draw the same story.
"""

from __future__ import annotations

__all__ = ["Line", "heroes", "note", "tell", "titles", "visible", "work_of"]

from itertools import pairwise

import msgspec

from lastput.check.trace.kernelwords import END_WORDS, FIELD_WORDS, INLINE, PLUMBING, QUIET_COUNTS, is_hidden
from lastput.schema.trace import Change, Frame, Step, Trace, Wait, stack

_SHORT_ARGS = 12  # arguments up to this length are never dropped


class Line(msgspec.Struct, frozen=True):
    """One line of a story. ``kind`` is call (a function is entered), op (a statement), mark (said of
    the task, such as <preempted>) or end (the error itself). ``step`` is the step's number, 0 for none;
    ``short`` is ``text`` without arguments, ``frame`` the frame that a call line enters."""

    task: int
    depth: int
    kind: str
    text: str
    short: str
    note: str = ""
    step: int = 0
    cause: int = 0
    frame: int = -1


def heroes(trace: Trace) -> tuple[str, ...]:
    """The objects that the error is about, in order of importance."""
    found: list[str] = []
    changed = [
        change.object
        for step in trace.steps
        if step.cause
        for change in step.changes
        if change.kind != "data"
    ]
    budget = [entry.object for entry in trace.budget]
    for name in [trace.violated.object, trace.violated.module, *changed, *budget, *_last_puts(trace)]:
        if name and name not in found:
            found.append(name)
    return tuple(found)


def _last_puts(trace: Trace) -> list[str]:
    """Objects whose count fell to 0 in a function that is on the stack of a cause, of the error or of a
    wait: that put is why the stack is as it is."""
    ends = [(step.frame, step.task) for step in trace.steps if step.cause]
    ends += [(wait.frame, wait.task) for wait in trace.waits if wait.cycle]
    ends.append((trace.violated.frame, trace.violated.task))
    carrying = {index for end, task in ends for index, _ in visible(trace, end, task)}
    return [
        change.object
        for step in trace.steps
        for change in step.changes
        if change.kind == "count" and change.new == "0" and change.field not in QUIET_COUNTS
        if any(index in carrying for index, _ in visible(trace, step.frame, step.task)[-1:])
    ]


def note(changes: tuple[Change, ...], about: tuple[str, ...]) -> str:
    """The changes that matter, as in ``kvm#0.users_count 1 -> 0`` or ``kvm_intel GOING``."""
    told = []
    for change in changes:
        if change.object not in about or change.kind == "data" or change.new == "-1":
            continue
        if change.kind in ("life", "state"):
            told.append(f"{change.object} {change.new}")
        else:
            field = "" if change.field == "refs" else f".{change.field}"
            told.append(f"{change.object}{field} {change.old} -> {change.new}")
    return ", ".join(told)


def visible(trace: Trace, frame: int, task: int) -> list[tuple[int, Frame]]:
    """The frames of ``task`` worth a line, outermost first, each with its index. The body of a THREAD
    or DAEMON is no function."""
    spawned = task < 0 or trace.tasks[task].kind == "kthread"
    body = "" if spawned else trace.tasks[task].name.partition("#")[0]
    indices: list[int] = []
    while frame >= 0:
        indices.append(frame)
        frame = trace.frames[frame].up
    indices.reverse()
    shown = []
    for position, index in enumerate(indices):
        name = trace.frames[index].function
        if is_hidden(name) or name in INLINE or name in PLUMBING:
            continue
        if position == 0 and name == body:
            continue
        shown.append((index, trace.frames[index]))
    return shown


def tell(trace: Trace, elsewhere: tuple[str, ...] = ()) -> list[Line]:
    """The story of a trace, in order of its steps. Changes of the objects ``elsewhere`` get no note: a
    table beside the story shows them."""
    return _Teller(trace, elsewhere).tell()


def work_of(trace: Trace, frame: int) -> Frame | None:
    """The work function that a stack runs, if it is a worker's."""
    frames = stack(trace, frame)
    return next((two for one, two in pairwise(frames) if one.function == "process_one_work"), None)


def titles(trace: Trace, story: list[Line]) -> dict[int, str]:
    """A heading for each task, numbered in the order in which they come up."""
    order = list(dict.fromkeys(line.task for line in story))
    rest = [task.id for task in trace.tasks if task.id not in order]
    return {task: f"CPU{number}: {trace.tasks[task].name}" for number, task in enumerate(order + rest)}


def _is_call(text: str, function: str) -> bool:
    """Whether a statement is the call that a line for ``function`` shows anyway."""
    return text.removeprefix("call ").startswith(f"{function}(")


def _words(step: Step) -> str:
    """What a step does, if that can be told better than in the source's words."""
    for change in step.changes:
        words = FIELD_WORDS.get((change.field, change.new)) or FIELD_WORDS.get((change.field, ""))
        if words and change.new != "NULL":
            return words.format(object=change.object, new=change.new.removeprefix("&"))
    return ""


class _Teller:
    def __init__(self, trace: Trace, elsewhere: tuple[str, ...]) -> None:
        self.trace = trace
        self.elsewhere = elsewhere
        self.about = heroes(trace)
        self.lines: list[Line] = []
        self.path: dict[int, list[int]] = {}  # what was last drawn of each task's stack

    def tell(self) -> list[Line]:
        steps = self.trace.steps
        halt = self._halt()
        kept = [step for step in steps if step.cause or step is halt or note(step.changes, self.about)]
        for position, step in enumerate(kept):
            self._step(step)
            following = kept[position + 1] if position + 1 < len(kept) else None
            if following is not None and following.task != step.task and self._preempted(step, following):
                self._mark(step.task, "<preempted>")
        waits = [wait for wait in self.trace.waits if wait.cycle] or list(self.trace.waits)
        for number, wait in enumerate(waits, len(self.trace.causes) - len(waits) + 1):
            self._wait(wait, number)
        self._end()
        return self.lines

    def _halt(self) -> Step | None:
        """The last step of the task that goes wrong, if others run after it: there it was preempted."""
        mine = [step for step in self.trace.steps if step.task == self.trace.violated.task]
        if not mine or self.trace.waits or mine[-1] is self.trace.steps[-1]:
            return None
        return mine[-1]

    def _preempted(self, step: Step, following: Step) -> bool:
        """Whether the task is in the middle of something when ``following`` is taken by another."""
        mine = [other.n for other in self.trace.steps if other.task == step.task and other.n > step.n]
        if any(n < following.n for n in mine):
            return False
        return bool(mine) or (self.trace.violated.task == step.task and not self.trace.waits)

    def _enter(self, task: int, frame: int, step: int) -> int:
        """Draw the calls that lead to ``frame``; gives its depth."""
        shown = visible(self.trace, frame, task)
        drawn = self.path.get(task, [])
        common = 0
        while common < min(len(shown), len(drawn)) and shown[common][0] == drawn[common]:
            common += 1
        for depth in range(common, len(shown)):
            index, call = shown[depth]
            bare = f"{call.function}({call.args if len(call.args) <= _SHORT_ARGS else ''})"
            self.lines.append(
                Line(task, depth, "call", f"{call.function}({call.args})", bare, step=step, frame=index)
            )
        self.path[task] = [index for index, _ in shown]
        return len(shown)

    def _step(self, step: Step) -> None:
        before = len(self.lines)
        depth = self._enter(step.task, step.frame, step.n)
        told = note(step.changes, tuple(name for name in self.about if name not in self.elsewhere))
        changed = told or note(step.changes, self.about)
        fresh = self.lines[-1] if len(self.lines) > before else None
        inner = stack(self.trace, step.frame)[-1].function if step.frame >= 0 else ""
        inline = (
            inner in INLINE
            or is_hidden(inner)
            or (fresh is not None and inner == self.trace.frames[fresh.frame].function)
        )
        words = _words(step)
        apart = any(change.field == "text" for change in step.changes)
        same = fresh is not None and _is_call(step.op, self.trace.frames[fresh.frame].function)
        if fresh is not None and not apart and (same or (inline and (changed or step.cause))):
            self.lines[-1] = msgspec.structs.replace(fresh, note=told, cause=step.cause)
            return
        text = words or step.op or "..."
        told = "" if words else told or step.note
        self.lines.append(Line(step.task, depth, "op", text, text, told, step.n, step.cause))

    def _wait(self, wait: Wait, cause: int) -> None:
        depth = self._enter(wait.task, wait.frame, 0)
        text = f"waits for {wait.what}"
        self.lines.append(Line(wait.task, depth, "mark", text, text, cause=cause))

    def _mark(self, task: int, text: str) -> None:
        self.lines.append(Line(task, len(self.path[task]), "mark", text, text))

    def _end(self) -> None:
        violated = self.trace.violated
        if self.trace.waits:
            cycle = [wait for wait in self.trace.waits if wait.cycle]
            alone = (
                ": it waits for itself" if len(cycle) == 1 else ": each waits for the other" if cycle else ""
            )
            task = cycle[-1].task if cycle else violated.task
            self.lines.append(Line(task, 0, "end", f"*** DEADLOCK{alone} ***", "*** DEADLOCK ***"))
            return
        if violated.task < 0:
            task = self.lines[-1].task if self.lines else 0
            self.lines.append(Line(task, 0, "end", f"*** BUG: {self.trace.headline} ***", "*** BUG ***"))
            return
        before = len(self.lines)
        warned = bool(self.trace.steps) and self.trace.steps[-1].cause == len(self.trace.causes)
        depth = self._enter(violated.task, violated.frame, 0)
        text = "" if warned else violated.op or "..."
        shown = visible(self.trace, violated.frame, violated.task)
        inner = shown[-1][1].function if shown else ""
        if self.trace.error == "unmapped-text" and " returns to " in self.trace.causes[-1] and inner:
            text = f"return to {inner}()"
        elif len(self.lines) > before and (_is_call(text, inner) or text == "..."):
            # The call that was just drawn is where it goes wrong.
            self.lines[-1] = msgspec.structs.replace(self.lines[-1], cause=len(self.trace.causes))
            text = ""
        if text:
            self.lines.append(Line(violated.task, depth, "op", text, text, cause=len(self.trace.causes)))
        what = END_WORDS.get(self.trace.error, self.trace.error.replace("-", " "))
        about = f" of {violated.object}" if violated.object else ""
        self.lines.append(Line(violated.task, depth, "end", f"*** {what}{about} ***", "*** BUG ***"))
