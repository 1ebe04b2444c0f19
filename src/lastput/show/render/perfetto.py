"""A trace in the Chrome trace-event format, for https://ui.perfetto.dev and chrome://tracing.

A track for each task with a slice for each open frame and each step, a counter track for each count, arrows
between the causes. The time axis is the order of steps: step n lasts from n to n+1 microseconds.
"""

from __future__ import annotations

__all__ = ["render"]

from itertools import pairwise

import msgspec

from lastput.schema.trace import Step, Trace
from lastput.show.render import Options
from lastput.show.scene import end_position
from lastput.show.story import visible

_PID = 1

Event = dict[str, object]


def render(trace: Trace, options: Options) -> str:
    """The events as JSON; the options make no difference."""
    acting = {step.task for step in trace.steps}
    events: list[Event] = [_named("process_name", 0, trace.file)]
    events += [_named("thread_name", task.id, task.name) for task in trace.tasks if task.id in acting]
    for task in sorted(acting):
        events += _frames(trace, task)
    for step in trace.steps:
        events += [_step(trace, step), *_counters(step)]
    events += [*_error(trace), *_flows(trace)]
    whole = {"traceEvents": events, "displayTimeUnit": "ns", "otherData": {"headline": trace.headline}}
    return msgspec.json.format(msgspec.json.encode(whole), indent=1).decode() + "\n"


def _named(what: str, task: int, name: str) -> Event:
    return {"ph": "M", "pid": _PID, "tid": task, "name": what, "args": {"name": name}}


def _frames(trace: Trace, task: int) -> list[Event]:
    """A slice from the step by which a frame is entered to the one by which it is left."""
    found: list[Event] = []
    opened: list[tuple[int, int]] = []  # frame, when
    mine = [step for step in trace.steps if step.task == task]
    last = end_position(trace) + 1

    def stand(frame: int, now: int) -> None:
        path = [index for index, _ in visible(trace, frame, task)]
        common = 0
        while common < min(len(path), len(opened)) and opened[common][0] == path[common]:
            common += 1
        while len(opened) > common:
            index, since = opened.pop()
            found.append(_slice(trace, task, index, since, now))
        opened.extend((index, now) for index in path[common:])

    for step in mine:
        stand(step.frame, step.n)
        stand(step.lands, step.n + 1)
    stand(-1, last)
    return sorted(found, key=lambda event: (str(event["ts"]).zfill(9), -_number(event["dur"])))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _slice(trace: Trace, task: int, index: int, since: int, until: int) -> Event:
    frame = trace.frames[index]
    return {
        "ph": "X",
        "pid": _PID,
        "tid": task,
        "ts": since,
        "dur": max(until - since, 1),
        "name": f"{frame.function}()",
        "cat": frame.module or "vmlinux",
    }


def _step(trace: Trace, step: Step) -> Event:
    args: dict[str, str] = {f"{one.object}.{one.field}": f"{one.old} -> {one.new}" for one in step.changes}
    args["at"] = f"{step.place.file}:{step.place.line}"
    if step.cause:
        args["cause"] = f"({step.cause}) {trace.causes[step.cause - 1]}"
    return {
        "ph": "X",
        "pid": _PID,
        "tid": step.task,
        "ts": step.n,
        "dur": 1,
        "name": step.op or "...",
        "cat": "cause" if step.cause else "step",
        "args": args,
    }


def _counters(step: Step) -> list[Event]:
    return [
        {
            "ph": "C",
            "pid": _PID,
            "ts": step.n,
            "name": f"{change.object}.{change.field}",
            "args": {"count": int(change.new)},
        }
        for change in step.changes
        if change.kind == "count" and change.new.lstrip("-").isdigit()
    ]


def _error(trace: Trace) -> list[Event]:
    task = max(trace.violated.task, 0)
    at = {"ph": "i", "pid": _PID, "tid": task, "ts": end_position(trace), "s": "g", "name": trace.headline}
    return [{**at, "cat": "error"}]


def _flows(trace: Trace) -> list[Event]:
    """An arrow from each cause that is a step to the next."""
    causes = sorted((step for step in trace.steps if step.cause), key=lambda step: step.n)
    events: list[Event] = []
    for number, (one, two) in enumerate(pairwise(causes), 1):
        link = {"pid": _PID, "id": number, "name": "cause", "cat": "cause"}
        events.append({**link, "ph": "s", "tid": one.task, "ts": one.n})
        events.append({**link, "ph": "f", "bp": "e", "tid": two.task, "ts": two.n})
    return events
