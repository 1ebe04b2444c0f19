"""From the trace of a proof to the order of a plan: who is held where, and who goes on then.

A proof runs functions of the tree; what calls them in its trace stands for user space and for the kernel's
own tasks. So where a function of the tree begins, or where one that it calls has returned, is a point of the
real kernel, and nothing else of the trace is.
"""

from __future__ import annotations

__all__ = ["Actor", "Order", "order"]

from itertools import groupby

import msgspec

from lastput.schema.trace import Step, Trace

#: Locks that are macros of the kernel: what their function is called (include/linux/spinlock.h).
_RAW = ("spin_", "read_lock", "write_lock", "read_unlock", "write_unlock")


class Actor(msgspec.Struct, frozen=True):
    """A task of the trace that runs ``function`` of the tree; ``kernel``: nobody in user space calls it."""

    name: str
    kernel: bool
    function: str


class Order(msgspec.Struct, frozen=True):
    """``steps`` are those of a plan. ``armed``: what the kernel's task runs was armed before anybody else of
    the trace was in the tree, so that somebody must do that first."""

    actors: tuple[Actor, ...]
    steps: tuple[str, ...]
    armed: bool


def order(trace: Trace) -> Order | None:
    """The order of a trace; None if only one of its tasks is in the tree, or stands nowhere that has a
    name."""
    inside = [one for one in trace.steps if _tree(trace, one.lands) or _tree(trace, one.frame)]
    actors = {task: _actor(trace, task, inside) for task in dict.fromkeys(one.task for one in inside)}
    if len(actors) < 2:
        return None
    segments = [tuple(group) for _, group in groupby(inside, lambda step: step.task)]
    stuck = trace.error == "deadlock"
    steps: list[str] = []
    held: list[str] = []
    for at, segment in enumerate(segments):
        task, name = segment[-1].task, actors[segment[-1].task].name
        later = any(one[0].task == task for one in segments[at + 1 :])
        if later or (at < len(segments) - 1 and _stands(trace, task, stuck)):
            point = next((found for step in reversed(segment) if (found := _point(trace, step))), "")
            if not point:
                return None
            steps.append(f"{name} until {point}")
            held.append(name)
        elif stuck and _stands(trace, task, stuck):
            steps.append(f"{name} starts")
            held = [one for one in held if one != name]
        else:
            steps.append(f"{name} to end")
            held = [one for one in held if one != name]
    held = list(dict.fromkeys(held))
    steps += [f"{one} starts" for one in held] if stuck else [f"{one} to end" for one in held]
    if stuck:
        steps.append("wait for hung task")
    return Order(tuple(actors.values()), tuple(steps), actors[inside[0].task].kernel)


def _stands(trace: Trace, task: int, stuck: bool) -> bool:
    """Whether a task does not come to its end."""
    return any(one.task == task for one in trace.waits) if stuck else task == trace.violated.task


def _tree(trace: Trace, frame: int) -> int:
    """The outermost frame of the tree that ``frame`` is in, as its number + 1; 0 if there is none."""
    found = 0
    while frame >= 0:
        found = frame + 1 if trace.frames[frame].module else found
        frame = trace.frames[frame].up
    return found


def _actor(trace: Trace, task: int, inside: list[Step]) -> Actor:
    about = next(one for one in trace.tasks if one.id == task)
    first = next(one for one in inside if one.task == task)
    outermost = _tree(trace, first.lands) or _tree(trace, first.frame)
    name = about.name.partition("#")[0]
    return Actor(name, about.kind != "user", trace.frames[outermost - 1].function)


def _point(trace: Trace, step: Step) -> str:
    """Where a task stands after a step, if that has a name: a function of the tree has begun, or a function
    that it calls has returned."""
    lands = trace.frames[step.lands]
    if not lands.module:
        return ""
    frame, callee = step.frame, -1
    while frame >= 0 and frame != step.lands:
        frame, callee = trace.frames[frame].up, frame
    if frame == step.lands and callee >= 0:
        return f"return of {_real(trace.frames[callee].function)} into {lands.function}"
    return f"entry of {lands.function}" if frame < 0 else ""


def _real(function: str) -> str:
    return f"_raw_{function}" if function.startswith(_RAW) else function
