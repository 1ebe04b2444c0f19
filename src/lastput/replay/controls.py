"""The runs that must end well, if a replay is to count as evidence: what is done to the guest is the same,
only the order differs, or the opponent, or the kernel."""

from __future__ import annotations

__all__ = ["HARM", "controls"]

from lastput.replay.plan import Control, Plan, Step
from lastput.replay.point import Condition, Point

#: Verdicts of a kernel that was harmed.
HARM = ("OOPS", "HUNG", "WARNED", "LEAK")


def controls(plan: Plan) -> tuple[Control, ...]:
    """The controls that a plan has, else those of a plan in which one thread is held at a point while others
    go on, or in which threads run one after another. None for other plans."""
    if plan.controls:
        return plan.controls
    if plan.expect not in HARM:
        return ()
    if len(plan.steps) > 1 and all(step.verb == "end" for step in plan.steps):
        return (Control("the other order", "the last thread goes first", plan.steps[::-1], "CLEAN"),)
    held = [step for step in plan.steps if step.verb == "until"]
    if len(held) != 1:
        return ()
    thread, point = held[0].thread, held[0].point
    assert point is not None
    others = tuple(
        step
        for step in plan.steps
        if step.verb == "end" and step.thread != thread and _after(plan, step, held[0])
    )
    before = plan.steps[: plan.steps.index(held[0])]
    last = (Step("end", thread),)
    found = [Control("no opponent", "being held does no harm by itself", (*before, held[0], *last), "CLEAN")]
    if point.kind == "return":
        entry = Point("entry", point.symbol, conditions=_before(point))
        found.append(
            Control(
                f"held before {point.symbol}()",
                "with the reference still there the kernel refuses",
                (*before, Step("until", thread, entry), *others, *last),
                "INFEASIBLE",
            )
        )
    if plan.module and others:
        away = others[-1].thread
        parked = (*before, held[0], *others[:-1], Step("until", away, Point("unmap", plan.module)))
        found += [
            Control(
                f"both held, {thread} goes first",
                f"the text of {plan.module} is still there",
                (*parked, *last, Step("end", away)),
                "CLEAN",
            ),
            Control(
                f"both held, {away} goes first",
                "the same two points in the other order",
                (*parked, Step("end", away), *last),
                "OOPS",
            ),
        ]
    elif others:
        found.append(
            Control(
                f"held, and {thread} goes first",
                "the same point, and the others only after that",
                (*before, held[0], *last, *others),
                "CLEAN",
            )
        )
    return tuple(found)


def _after(plan: Plan, step: Step, held: Step) -> bool:
    return plan.steps.index(step) > plan.steps.index(held)


def _before(point: Point) -> tuple[Condition, ...]:
    return (*point.conditions, Condition("caller", point.into)) if point.into else point.conditions
