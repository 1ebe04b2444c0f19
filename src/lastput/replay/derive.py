"""From a counterexample of the checker to a plan for a real kernel.

The trace says which task stops where and who then goes on. A task that stops within an action is held
there: behind a kernel function that has returned into the module, or at a function that it was about to
enter. What user threads call (close, rmmod, ...) are their actions. The rest of the names come from the
folder's replay.toml.
"""

from __future__ import annotations

__all__ = ["derive"]

from itertools import groupby

from lastput.errors import LastputError
from lastput.replay.bindings import SHOWS, Bindings, Real
from lastput.replay.plan import Plan, Step, Thread
from lastput.replay.point import Point
from lastput.schema.trace import Frame, Trace

_ACTIONS = ("close", "rmmod", "insmod")
_LOADER = "loader"


def derive(trace: Trace, bindings: Bindings, test: str, claims: tuple[str, ...]) -> Plan:
    """The plan that forces ``trace``; ``test`` is the stem of the litmus file.

    Raises LastputError ``no-plan`` with what is missing.
    """
    if trace.error not in SHOWS:
        raise _none(f"a kernel does not show {trace.error} by itself")
    real = bindings.tests.get(test, Real())
    names = bindings.names | real.names
    work = _Derivation(trace, bindings, names, real)
    threads, steps = work.threads(), work.steps()
    held = [step for step in steps if step.verb == "until"]
    fixed: tuple[Step, ...] = ()
    if bindings.fixed and len(held) == 1 and trace.violated.inside:
        outermost = trace.frames[trace.violated.inside[0]].function
        other = Step("until", held[0].thread, Point("last call", outermost))
        fixed = tuple(other if step is held[0] else step for step in steps)
    module = names.get(trace.violated.module, trace.violated.module)
    return Plan(
        name=test,
        question=trace.question,
        claims=claims,
        predicted=(trace.error,),
        modules=bindings.modules,
        drivers=(real.driver,) if real.driver else (),
        threads=threads,
        steps=steps,
        expect=SHOWS[trace.error],
        module=module,
        fixed_kernel=bindings.fixed.kernel if bindings.fixed else "",
        fixed=fixed,
    )


class _Derivation:
    def __init__(self, trace: Trace, bindings: Bindings, names: dict[str, str], real: Real) -> None:
        self.trace = trace
        self.bindings = bindings
        self.names = names
        self.real = real
        self.tasks = {task.id: task for task in trace.tasks}
        self.order = list(dict.fromkeys(step.task for step in trace.steps))

    def threads(self) -> dict[str, Thread]:
        found: dict[str, Thread] = {}
        if self.real.driver:
            found[_LOADER] = Thread(do=(f"insmod /m/{self.real.driver}.ko",))
        for task in self.order:
            if self.tasks[task].kind != "user":
                found[self.name(task)] = Thread(kernel=True)
                continue
            setup, do = self._actions(task)
            if do:
                found[self.name(task)] = Thread(do=do, setup=setup)
        return found

    def steps(self) -> tuple[Step, ...]:
        """The order, in the terms of a plan."""
        wants = self.threads()
        loads = _LOADER in wants
        steps = [Step("starts", _LOADER)] if loads else []
        if self.trace.error == "deadlock":
            steps += [Step("end", name) for name, thread in wants.items() if not thread.kernel]
            return (*steps, Step("hang"))
        segments = [tuple(group) for _, group in groupby(self.trace.steps, lambda step: step.task)]
        loaded = not loads
        for segment in segments:
            task = segment[-1].task
            name = self.name(task)
            later = any(other[0].n > segment[-1].n and other[0].task == task for other in segments)
            if later or task == self.trace.violated.task:
                point = self._point(segment[-1].frame, segment[-1].lands)
                steps.append(Step("until", name, point))
                steps += [] if loaded else [Step("end", _LOADER)]
                loaded = True
            elif name in wants:
                steps.append(Step("end", name))
        return (*steps, Step("end", self.name(self.trace.violated.task)))

    def name(self, task: int) -> str:
        return self.tasks[task].name

    def _actions(self, task: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a user thread did, and what it needs before that. Calls that user space has no word for
        belong to a driver, if one stands for the test's code."""
        setup: list[str] = []
        do: list[str] = []
        seen = {
            number for step in self.trace.steps if step.task == task for number in self._chain(step.frame)
        }
        seen |= {
            number for step in self.trace.steps if step.task == task for number in self._chain(step.lands)
        }
        wanted: list[str] = []
        for number in sorted(seen):
            frame = self.trace.frames[number]
            if frame.up < 0 or self.trace.frames[frame.up].up >= 0:
                continue
            if frame.function not in _ACTIONS:
                if self.real.driver:
                    continue
                raise _none(f"{self.name(task)} calls {frame.function}(), which is no action of user space")
            word = frame.args.strip('"')
            if frame.function == "close":
                wanted.append(word)
            else:
                word = self.names.get(word, word)
            do.append(f"{frame.function} {word}")
        for name in wanted:
            if name not in self.bindings.files:
                raise _none(f"nothing says how {name} is opened ([files] in replay.toml)")
        for name, actions in self.bindings.files.items():
            setup += actions if name in wanted else ()
        return tuple(setup), tuple(do)

    def _point(self, frame: int, lands: int) -> Point:
        """Where a task stands that was in ``frame`` and is now in ``lands``."""
        below = self._chain(frame)
        if lands in below and lands != frame:
            callee = self.trace.frames[below[below.index(lands) - 1]]
            into = self._module(self.trace.frames[lands])
            if into and not callee.module:
                return Point("return", callee.function, into)
        elif frame in self._chain(lands):
            return Point("entry", self.trace.frames[lands].function)
        where = self.trace.frames[lands].function
        raise _none(f"a task stops within {where}(), where no function begins or has returned")

    def _module(self, frame: Frame) -> str:
        return self.names.get(frame.module, frame.module)

    def _chain(self, number: int) -> list[int]:
        """A frame and its callers, innermost first."""
        found = []
        while number >= 0:
            found.append(number)
            number = self.trace.frames[number].up
        return found


def _none(why: str) -> LastputError:
    return LastputError("no-plan", f"no plan can be derived: {why}", "write one by hand: docs/replay.md")
