"""A whole replay: the story several times, its controls, and one run that is bit-exact."""

from __future__ import annotations

__all__ = ["Asked", "Environment", "replay"]

import hashlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from lastput.replay import drivers, guests
from lastput.replay.callsite import call_sites
from lastput.replay.controls import controls
from lastput.replay.guest_image import conductor, image
from lastput.replay.guests import Recipe
from lastput.replay.hold import Mode
from lastput.replay.kernel import Kernel
from lastput.replay.plan import Plan, Step
from lastput.replay.play import play
from lastput.replay.qemu import version
from lastput.schema.replay import Report, Series

_CMDLINE = "console=ttyS0 loglevel=7 panic=-1"


class Asked(msgspec.Struct, frozen=True):
    """``runs`` of the story, ``control_runs`` of each control (0: none); ``exact``: two runs from reset
    with counted instructions. ``kaslr`` and ``mitigations`` as the distribution has them."""

    runs: int = 3
    control_runs: int = 1
    mode: Mode = Mode.SPIN
    cpus: int = 1
    exact: bool = False
    kaslr: bool = False
    mitigations: bool = False


class Environment(msgspec.Struct, frozen=True):
    """The kernel, and the one that is fixed, if there is one. ``tell`` hears what is going on."""

    kernel: Kernel
    fixed: Kernel | None
    tell: Callable[[str], None]


def replay(plan: Plan, asked: Asked, about: Environment, origin: str = "") -> Report:
    """Run it all. Raises LastputError for what keeps it from running."""
    began = time.monotonic()
    recipe = _recipe(plan, about.kernel, asked)
    about.tell(f"booting {about.kernel.release}")
    guests.snapshot(about.kernel, conductor(), recipe)
    cold = time.monotonic() - began
    told = _series(
        "story", plan.question, plan, plan.steps, plan.expect, asked.runs, asked, about, about.kernel
    )
    others = []
    if asked.control_runs:
        others += [
            _series(
                one.name,
                one.says,
                plan,
                one.steps,
                one.expected,
                asked.control_runs,
                asked,
                about,
                about.kernel,
            )
            for one in controls(plan)
        ]
        if about.fixed is not None and plan.fixed:
            others.append(
                _series(
                    "the fixed kernel", "the same opponent is refused", plan, plan.fixed, "INFEASIBLE",
                    asked.control_runs, asked, about, about.fixed,
                )
            )  # fmt: skip
    notes = [_mode_note(asked.mode)]
    if others and not (about.fixed and plan.fixed) and plan.fixed_kernel:
        notes.append(f"no run on the fixed kernel: --fixed {plan.fixed_kernel} gives one")
    report = Report(
        name=plan.name,
        question=plan.question,
        claims=plan.claims,
        kernel=about.kernel.release,
        qemu=version(),
        cmdline=recipe.cmdline,
        cpus=asked.cpus,
        mode=asked.mode.value,
        origin=origin,
        story=told,
        controls=tuple(others),
        sites=_sites(plan, about.kernel),
        cold_seconds=cold,
        notes=tuple(note for note in notes if note),
    )
    return _with_exact(report, plan, asked, about) if asked.exact else report


def _series(
    name: str,
    says: str,
    plan: Plan,
    steps: tuple[Step, ...],
    expected: str,
    count: int,
    asked: Asked,
    about: Environment,
    kernel: Kernel,
) -> Series:
    program, recipe, runs = conductor(), _recipe(plan, kernel, asked), []
    for number in range(count):
        about.tell(f"{name} {number + 1}/{count}")
        began = time.monotonic()
        with guests.ready(kernel, program, recipe) as machine:
            run = play(machine, plan, steps, asked.mode)
        runs.append(msgspec.structs.replace(run, seconds=time.monotonic() - began))
    return Series(name, says, tuple(map(str, steps)), expected, tuple(runs), kernel.release)


def _with_exact(report: Report, plan: Plan, asked: Asked, about: Environment) -> Report:
    """Two runs from reset, with one vCPU and counted instructions: their consoles must be the same."""
    consoles, runs = [], []
    for number in range(2):
        about.tell(f"bit-exact {number + 1}/2")
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="lastput-exact-") as folder:
            recipe = msgspec.structs.replace(_recipe(plan, about.kernel, asked), exact=True)
            with guests.booted(about.kernel, conductor(), recipe, Path(folder)) as machine:
                run = play(machine, plan, plan.steps, asked.mode)
                consoles.append(machine.guest.console())
        runs.append(msgspec.structs.replace(run, seconds=time.monotonic() - began))
    digest = hashlib.sha256(consoles[0].encode()).hexdigest()
    return msgspec.structs.replace(
        report, exact=runs[0], identical=int(consoles[0] == consoles[1]), console=digest
    )


def _recipe(plan: Plan, kernel: Kernel, asked: Asked) -> Recipe:
    words = [_CMDLINE, f"preempt={'full' if asked.mode is Mode.SPIN else 'voluntary'}"]
    words += [] if asked.kaslr else ["nokaslr"]
    words += [] if asked.mitigations else ["mitigations=off"]
    ours = tuple(drivers.build(name, kernel) for name in plan.drivers)
    archive = image(conductor(), kernel.with_needs(plan.modules), ours)
    # 120 seconds of an idle guest are over at once if instructions are its clock.
    return Recipe(archive, " ".join(words), asked.cpus, exact=plan.expect == "HUNG")


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
