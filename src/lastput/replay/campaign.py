"""A whole replay: the story several times, its controls, and one run that is bit-exact."""

from __future__ import annotations

__all__ = ["Asked", "Environment", "replay"]

import hashlib
import os
import time
from collections.abc import Callable
from functools import partial

import msgspec

from lastput.errors import LastputError
from lastput.replay import drivers, guests, lanes
from lastput.replay.callsite import call_sites
from lastput.replay.controls import controls
from lastput.replay.guest_image import Conductor, conductor, contents
from lastput.replay.guests import Recipe
from lastput.replay.hold import Mode
from lastput.replay.kernel import Kernel
from lastput.replay.mailbox import ACTORS
from lastput.replay.plan import Plan, Step
from lastput.replay.play import MISSED, play
from lastput.replay.qemu import version
from lastput.replay.scratch import scratch
from lastput.schema.replay import Report, Run, Series

#: A host that is busy lets the kernel's test of the timer interrupt fail: no_timer_check.
_CMDLINE = "console=ttyS0 loglevel=7 panic=-1 no_timer_check"


_ALONE = "being held does no harm by itself"


class Asked(msgspec.Struct, frozen=True):
    """``runs`` of the story, ``control_runs`` of each control (0: none); ``exact``: two runs from reset
    with counted instructions. ``kaslr`` and ``mitigations`` as the distribution has them. ``jobs`` guests
    run at a time (0: two a CPU, since half of a run is waiting for the guest's clock).
    ``boot_timeout`` in seconds of the host."""

    runs: int = 3
    control_runs: int = 1
    mode: Mode = Mode.SPIN
    cpus: int = 1
    exact: bool = False
    kaslr: bool = False
    mitigations: bool = False
    jobs: int = 0
    boot_timeout: float = 150.0


class Environment(msgspec.Struct, frozen=True):
    """The kernel, and the one that is fixed, if there is one. ``tell`` hears what is going on."""

    kernel: Kernel
    fixed: Kernel | None
    tell: Callable[[str], None]


class _Series(msgspec.Struct, frozen=True):
    """A series that is to be run: ``count`` times ``steps``, in a guest of ``recipe``."""

    name: str
    says: str
    steps: tuple[Step, ...]
    expected: str
    count: int
    kernel: Kernel
    recipe: Recipe


def replay(plan: Plan, asked: Asked, about: Environment, origin: str = "") -> Report:
    """Run it all. Raises LastputError for what keeps it from running."""
    began = time.monotonic()
    program = conductor()
    wanted = _wanted(plan, asked, about, program)
    at_once = asked.jobs or max(1, 2 * len(os.sched_getaffinity(0)) // asked.cpus)
    about.tell(f"booting {about.kernel.release}")
    recipes = {one.kernel.key: one for one in wanted}
    lanes.run(
        [partial(guests.snapshot, one.kernel, program, one.recipe) for one in recipes.values()], at_once
    )
    cold = time.monotonic() - began
    series, notes = _series(plan, wanted, asked, about, program, at_once)
    notes = [*notes, _mode_note(asked.mode)]
    if len(series) > 1 and not about.fixed and plan.fixed_kernel and not any("fixed one" in n for n in notes):
        notes.append(f"no run on the fixed kernel: --fixed {plan.fixed_kernel} gives one")
    report = Report(
        name=plan.name,
        question=plan.question,
        claims=plan.claims,
        predicted=plan.predicted,
        kernel=about.kernel.release,
        qemu=version(),
        cmdline=wanted[0].recipe.cmdline,
        cpus=asked.cpus,
        mode=asked.mode.value,
        origin=origin,
        story=series[0],
        controls=tuple(series[1:]),
        sites=_sites(plan, about.kernel),
        cold_seconds=cold,
        run_seconds=time.monotonic() - began - cold,
        jobs=min(at_once, sum(one.count for one in wanted)),
        notes=tuple(note for note in notes if note),
    )
    if not asked.exact:
        return report
    exact = msgspec.structs.replace(wanted[0].recipe, exact=True)
    return _with_exact(report, plan, asked.mode, about, program, exact)


def _wanted(plan: Plan, asked: Asked, about: Environment, program: Conductor) -> list[_Series]:
    """The story and its controls."""
    recipe = _recipe(plan, about.kernel, asked, program)
    found = [
        _Series("story", plan.question, plan.steps, plan.expect, asked.runs, about.kernel, recipe),
        *(
            _Series(one.name, one.says, one.steps, one.expected, asked.control_runs, about.kernel, recipe)
            for one in controls(plan)
        ),
    ]
    if about.fixed is not None:
        fixed = _recipe(plan, about.fixed, asked, program)
        steps, expected = (plan.fixed, "INFEASIBLE") if plan.fixed else (plan.steps, "CLEAN or INFEASIBLE")
        says = "the same, on a kernel without the bug"
        found.append(
            _Series("the fixed kernel", says, steps, expected, asked.control_runs, about.fixed, fixed)
        )
    return found if asked.control_runs else found[:1]


def _series(
    plan: Plan, wanted: list[_Series], asked: Asked, about: Environment, program: Conductor, at_once: int
) -> tuple[list[Series], list[str]]:
    """All series that were run, and what is to be noted. A kernel on which the story never comes to its point
    may be one that has the fix: there the plan has other steps, which must be refused."""
    played = _played(plan, wanted, asked.mode, program, at_once, about.tell)
    missed = {run.reason for run in played[0].runs if run.verdict == "UNKNOWN"}
    if not plan.fixed or len(missed) != 1 or not all(one.startswith(MISSED) for one in missed):
        return played, []
    held = next(step for step in plan.fixed if step.verb == "until")
    alone = (held, Step("end", held.thread))
    story, *_ = wanted
    found = [
        msgspec.structs.replace(story, steps=plan.fixed, expected="INFEASIBLE"),
        msgspec.structs.replace(_once(story), name="no opponent", says=_ALONE, steps=alone, expected="CLEAN"),
    ]
    notes = [f"this kernel never comes to {missed.pop().removeprefix(MISSED)}: played as on a fixed one"]
    return _played(plan, found, asked.mode, program, at_once, about.tell), notes


def _once(series: _Series) -> _Series:
    return msgspec.structs.replace(series, count=1)


def _played(
    plan: Plan,
    wanted: list[_Series],
    mode: Mode,
    program: Conductor,
    at_once: int,
    tell: Callable[[str], None],
) -> list[Series]:
    def once(one: _Series, number: int) -> Run:
        tell(f"{one.name} {number + 1}/{one.count}")
        began = time.monotonic()
        try:
            with guests.ready(one.kernel, program, one.recipe) as machine:
                run = play(machine, plan, one.steps, mode)
        except LastputError as error:
            if error.slug != "qemu-gone":
                raise
            run = Run("UNKNOWN", reason=error.what)
        return msgspec.structs.replace(run, seconds=time.monotonic() - began)

    runs = iter(lanes.run([partial(once, one, n) for one in wanted for n in range(one.count)], at_once))
    return [
        Series(
            one.name,
            one.says,
            tuple(map(str, one.steps)),
            one.expected,
            tuple(next(runs) for _ in range(one.count)),
            one.kernel.release,
        )
        for one in wanted
    ]


def _with_exact(
    report: Report, plan: Plan, mode: Mode, about: Environment, program: Conductor, recipe: Recipe
) -> Report:
    """Two runs from reset, with one vCPU and counted instructions: their consoles must be the same."""
    consoles, runs = [], []
    for number in range(2):
        about.tell(f"bit-exact {number + 1}/2")
        began = time.monotonic()
        with (
            scratch("lastput-exact-") as (folder, _),
            guests.booted(about.kernel, program, recipe, folder) as machine,
        ):
            run = play(machine, plan, plan.steps, mode)
            consoles.append(machine.guest.console())
        runs.append(msgspec.structs.replace(run, seconds=time.monotonic() - began))
    digest = hashlib.sha256(consoles[0].encode()).hexdigest()
    return msgspec.structs.replace(
        report, exact=runs[0], identical=int(consoles[0] == consoles[1]), console=digest
    )


def _recipe(plan: Plan, kernel: Kernel, asked: Asked, program: Conductor) -> Recipe:
    users = plan.users()
    if len(users) >= ACTORS:
        raise LastputError("bad-plan", "the plan has too many user threads", f"{ACTORS - 1} are the most")
    words = [_CMDLINE, f"preempt={'full' if asked.mode is Mode.SPIN else 'voluntary'}"]
    words += [] if asked.kaslr else ["nokaslr"]
    words += [] if asked.mitigations else ["mitigations=off"]
    words += [plan.cmdline] if plan.cmdline else []
    ours = tuple(drivers.build(name, kernel) for name in plan.drivers)
    # 120 seconds of an idle guest are over at once if instructions are its clock.
    waits = plan.expect == "HUNG"
    loaded = kernel.with_needs(plan.modules)
    there = {one.name for one, _ in loaded}
    carried = tuple(one for one, _ in kernel.with_needs(plan.carried) if one.name not in there)
    return Recipe(
        contents(program, loaded, (*ours, *carried), idle=waits),
        " ".join(words),
        tuple((name, plan.threads[name].setup) for name in users),
        asked.cpus,
        exact=waits,
        devices=plan.devices,
        patience=asked.boot_timeout,
    )


def _sites(plan: Plan, kernel: Kernel) -> tuple[str, ...]:
    """How the module whose text goes calls the function after which the thread is held."""
    points = [step.point for step in plan.steps if step.point and step.point.kind == "return"]
    if not points or not plan.module:
        return ()
    module = drivers.build(plan.module, kernel) if plan.module in plan.drivers else kernel.module(plan.module)
    return tuple(map(str, call_sites(module.data, module.name, points[0].symbol)))


def _mode_note(mode: Mode) -> str:
    return {
        Mode.SPIN: "",
        Mode.YIELD: "the threads that were held gave their CPU away: this needs preempt=full, or PREEMPT_RT",
        Mode.SLEEP: "the threads that were held slept: a delay that this kernel may not have by itself",
    }[mode]
