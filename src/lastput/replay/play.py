"""Play a plan's steps on a guest that is ready, and judge what came of it."""

from __future__ import annotations

__all__ = ["MISSED", "OBSERVER", "play"]

import errno
import re
import time

import msgspec

from lastput.errors import LastputError
from lastput.replay import console, hold
from lastput.replay.actions import HOST, TRY
from lastput.replay.controls import HARM
from lastput.replay.hold import Held, Mode
from lastput.replay.kind import kind
from lastput.replay.machine import Died, Event, Hit, Machine, Nothing
from lastput.replay.mailbox import ACTORS, Done
from lastput.replay.plan import Plan, Step
from lastput.replay.seek import Seek
from lastput.schema.replay import Act, Run, Told

#: The actor that looks at things, and takes no part.
OBSERVER = ACTORS - 1
#: How the reason begins if a point is not on the way of its thread.
MISSED = "nobody came to: "
_ADDRESS = re.compile(r"0xffffffff[0-9a-f]{8}")
_GLANCE = 0.2  # seconds between two looks at QEMU's devices
_STALL = 30.0  # seconds of wall time without any event
_COMPUTED = 5.0  # seconds in which QEMU computed, without any event
#: Seconds that QEMU computes until a task hangs, and as many of wall time as a busy host makes of them.
_HANG = 60.0
_HANG_WALL = 300.0
#: check_hung_task() prints the stack of the task with it: 6.1 kernel/hung_task.c:141.
_REPORTS = "sched_show_task"
#: Failures that end one run, and say nothing about the others.
_ENDS = ("qemu-gone", "qemu-hangs", "not-released")
#: Errors of an action that is wrong, not of a kernel that refuses an order.
_WRONG = frozenset({"EBADF", "ENOSYS", "EINVAL", "ENOENT", "EFAULT", "ENOTTY", "EMFILE", "EOPNOTSUPP"})
_LOOKS = 10  # times that a counter is read again until it is what it was
_STACK = "/hotplug"
_SETTLE = "sleep 300"
_LEAVE = "sleep 100"


class _Over(Exception):
    """The story ended before its last step."""

    def __init__(self, verdict: str, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict
        self.reason = reason


def play(machine: Machine, plan: Plan, steps: tuple[Step, ...], mode: Mode) -> Run:
    """Run ``steps``; the guest is of no use afterwards."""
    began = time.monotonic()
    stage = _Stage(machine, plan, mode)
    try:
        stage.count()
        for step in steps:
            stage.step(step)
        verdict, reason = stage.settle()
    except _Over as over:
        verdict, reason = over.verdict, over.reason
        if verdict == "INFEASIBLE":
            reason += stage.aftermath()
    except LastputError as error:
        if error.slug not in _ENDS:
            raise
        verdict, reason = "UNKNOWN", f"{error.what}; {machine.guest.last_words()}"
    run = stage.judged(verdict, reason)
    return msgspec.structs.replace(run, seconds=time.monotonic() - began, console=stage.printed())


class _Patience:
    """How long an event may be waited for. A thread that is held keeps QEMU computing, so its own clock says
    how long the others had time to go on, however busy the host is."""

    def __init__(self, machine: Machine, wall: float = _STALL, computed: float = _COMPUTED) -> None:
        self._machine = machine
        self._deadline = time.monotonic() + wall
        self.computed = machine.guest.cpu_seconds() + computed

    def left(self) -> float:
        """Seconds of the host's clock; a little, if it is over."""
        return max(self._deadline - time.monotonic(), 0.05)

    def over(self) -> bool:
        """Whether it is time to give up."""
        return time.monotonic() > self._deadline or self._machine.guest.cpu_seconds() >= self.computed


class _Stage:
    """What is going on: who runs, who is held, what was told."""

    def __init__(self, machine: Machine, plan: Plan, mode: Mode) -> None:
        users = plan.users()
        self.machine = machine
        self.plan = plan
        self.mode = mode
        self.actor = {name: number for number, name in enumerate(users)}
        self.left = {name: list(plan.threads[name].do) for name in users}
        self.busy: dict[str, str] = {}
        self.removes: dict[str, str] = {}  # the device that a thread waits for to be gone
        self.started: set[str] = set()
        self.tasks: dict[str, int] = {}
        self.held: dict[str, Held] = {}
        self.atomic: dict[str, str] = {}  # why a held thread does not give its CPU away
        self.story: list[Told] = []
        self.acts: list[Act] = []
        self.refused: list[Act] = []
        self.counted: int | None = None
        self.seek: Seek | None = None
        self._before = len(machine.guest.console())

    def printed(self) -> str:
        """What the guest printed since the story began."""
        return self.machine.guest.console()[self._before :]

    def count(self) -> None:
        """Read the plan's counter, if it has one."""
        if self.plan.counter:
            self.counted = self._counter()

    def step(self, step: Step) -> None:
        self.acts = []
        place = task = note = ""
        try:
            if step.verb == "until":
                place, task, note = self._until(step)
            elif step.verb == "end":
                self._end(step.thread)
            elif step.verb == "starts":
                if step.thread in self.held:
                    self._release(step.thread)
                self._start(step.thread)
            else:
                self._hang()
        finally:
            self.story.append(Told(str(step), place, task, tuple(self.acts), note))

    def settle(self) -> tuple[str, str]:
        """Let the guest run on for a moment; it is the last chance for an Oops."""
        for name in list(self.held):
            self._release(name)
        self._act(OBSERVER, _SETTLE)
        if self.refused:
            return _refused(self.refused)
        if console.oops(self.printed()):
            raise _Over("OOPS", "")
        if console.hung(self.printed()):
            return "HUNG", ""
        if warned := console.warning(self.printed()):
            return "WARNED", warned[0]
        if self.counted is not None:
            return self._leaked(self.counted)
        return "CLEAN", "every thread came to its end"

    def _leaked(self, before: int) -> tuple[str, str]:
        """Whether the counter comes back to what it was: what is freed later has time for that."""
        now = before
        for _ in range(_LOOKS):
            now = self._counter()
            if now <= before:
                return "CLEAN", f"`{self.plan.counter}` is {now}, as before ({before})"
            self._act(OBSERVER, _SETTLE)
        return "LEAK", f"`{self.plan.counter}` was {before} and is {now}"

    def _counter(self) -> int:
        done = self._act(OBSERVER, self.plan.counter)
        if done.value < 0:
            raise _Over("UNKNOWN", f"`{self.plan.counter}` fails: {_errno(done.error)}")
        return done.value

    def aftermath(self) -> str:
        """What comes of a schedule that the kernel refuses once nobody is held any more."""
        if not self.held:
            return ""
        try:
            for name in list(self.held):
                self._release(name)
            while self.busy:
                if isinstance(self._next(_Patience(self.machine)), Nothing):
                    return ""
        except _Over as over:
            return f"; once that is released: {over.verdict}"
        except LastputError:
            return ""
        return "; once that is released, everything goes on"

    def judged(self, verdict: str, reason: str) -> Run:
        printed = self.printed()
        found = console.oops(printed)
        if verdict == "OOPS" and found:
            where = self.machine.symbols.name(found.rip) if found.rip else found.name
            gone = [
                one.name for one in self.machine.symbols.seen.values() if found.rip and one.holds(found.rip)
            ]
            if gone:
                reason = f"runs in the text of {gone[0]}, which is gone"
            shown = kind(verdict, bool(gone), "\n".join(found.lines))
            named = tuple(_ADDRESS.sub(self._named, line) for line in found.lines)
            return Run("OOPS", tuple(self.story), where, reason, shown, named)
        lines = {"HUNG": console.hung, "WARNED": console.warning}.get(verdict)
        shown = kind(verdict, False, printed) if verdict in HARM else ""
        return Run(verdict, tuple(self.story), "", reason, shown, lines(printed) if lines else ())

    def _named(self, address: re.Match[str]) -> str:
        """What a bare address is called: the kernel has no names for a module that is gone."""
        found = self.machine.symbols.name(int(address[0], 16))
        return found if "[" in found else address[0]

    def _until(self, step: Step) -> tuple[str, str, str]:
        assert step.point is not None
        name = step.thread
        was = self.held.get(name)
        if was:
            self._release(name)
        self._check_cpu(name)
        self.seek = Seek(self.machine, step.point, lambda task: self._is(name, task))
        try:
            if name in self.actor:
                self._start(name)
            patience = _Patience(self.machine)
            while True:
                event = self._next(patience)
                if isinstance(event, Hit) and self.seek.reached(event):
                    self.tasks[name] = event.task
                    place = self.machine.symbols.name(event.address)
                    self.atomic[name] = self.machine.atomic(event.thread)
                    used = frozenset(one.loop for one in self.held.values())
                    self.held[name] = hold.hold(self.machine, event, self.mode, used)
                    task = f"{self.machine.comm(event.task)}:{self.machine.pid(event.task)}"
                    note = f"it cannot be preempted there: {why}" if (why := self.atomic[name]) else ""
                    return place, task, note
                if name in self.actor and name not in self.busy and not self.left[name]:
                    raise self._missed(name, step)
                if patience.over():
                    raise self._stalled(name, f"{name} does not come to: {step.point}")
        finally:
            self.seek.disarm()
            self.seek = None

    def _missed(self, name: str, step: Step) -> _Over:
        """A thread came to its end, and not to the point: the kernel refused one of its actions, or the plan
        waits for what is not on the way."""
        if mine := [act for act in self.refused if act.thread == name]:
            return _Over(*_refused(mine))
        return _Over("UNKNOWN", f"{MISSED}{step.point}: {name} came to its end without it")

    def _end(self, name: str) -> None:
        if name in self.held:
            self._release(name)
        self._check_cpu(name)
        if name not in self.actor:
            # Nobody reports for a kernel thread: it has time to leave what it was in.
            self._act(OBSERVER, _LEAVE)
            return
        self._start(name)
        patience = _Patience(self.machine)
        while name in self.busy or self.left[name]:
            if name in self.removes:
                self._removed(name)
            elif isinstance(self._next(patience), Done):
                patience = _Patience(self.machine)
            if patience.over():
                doing = self.busy.get(name, "")
                raise self._stalled(name, f"{name} does not come to the end of `{doing}`")

    def _stalled(self, name: str, what: str) -> _Over:
        """The kernel refuses the order if somebody is held; else nobody knows what ``name`` waits for."""
        why = f"{self._stack(name)}{console.lockup(self.printed())}"
        if self.held:
            return _Over("INFEASIBLE", f"{what} while {' and '.join(self.held)} is held{why}")
        return _Over("UNKNOWN", f"{what}{why}")

    def _check_cpu(self, name: str) -> None:
        """End the story if ``name`` cannot run: somebody is held who never gives the only CPU away."""
        for other in self.held:
            if self.atomic[other] and self.machine.guest.cpus == 1:
                raise _Over(
                    "INFEASIBLE",
                    f"{name} cannot run: {other} is held where it cannot be preempted ({self.atomic[other]}),"
                    f" on the only CPU; --cpus 2 shows where {name} waits",
                )

    def _hang(self) -> None:
        """Run until khungtaskd has printed its first report."""
        report = self.machine.symbols.address(_REPORTS)
        printed = 0
        self.machine.arm(report)
        patience = _Patience(self.machine, _HANG_WALL, _HANG)
        while not patience.over():
            event = self._next(patience)
            if isinstance(event, Hit) and event.address == report and not printed:
                printed = self.machine.gdb.word(self.machine.registers(event.thread)["rsp"])
                self.machine.arm(printed)
            elif isinstance(event, Hit) and event.address == printed and self._reported():
                raise _Over("HUNG", "the kernel reports a task that waits for ever")
        raise _Over("UNKNOWN", f"no hung task was reported within {_HANG:.0f} seconds")

    def _reported(self) -> bool:
        return bool(console.hung(self.printed()))

    def _start(self, name: str) -> None:
        """Let a thread do its actions, one after the other, while the steps go on."""
        if name not in self.actor:
            return
        self.started.add(name)
        if name not in self.busy and self.left[name]:
            self.busy[name] = action = self.left[name].pop(0)
            action = action.removeprefix(TRY)
            word, _, rest = action.partition(" ")
            if word in HOST:
                self._host(name, word, rest)
                return
            if word == "signal":
                thread, _, number = rest.partition(" ")
                action = f"kill {self.machine.mailbox.pids[self.actor[thread]]} {number}"
            self.machine.mailbox.send(self.machine.gdb, self.actor[name], action)

    def _host(self, name: str, word: str, rest: str) -> None:
        """What QEMU does. A device is gone when the guest has let it go."""
        try:
            if word == "device_del":
                self.machine.guest.monitor.ask(word, {"id": rest})
                self.removes[name] = rest
                return
            driver, *pairs = rest.split(",")
            given: dict[str, object] = {key: value for key, _, value in (one.partition("=") for one in pairs)}
            self.machine.guest.monitor.ask(word, {"driver": driver, **given})
        except LastputError as error:
            raise _Over("UNKNOWN", f"{name}: {self.busy[name]}: {error.what}") from None
        self._did(name, 0, "")

    def _removed(self, name: str) -> None:
        """Let the guest run until QEMU no longer has the device."""
        patience = _Patience(self.machine)
        while self.removes[name] in self.machine.guest.devices():
            self._saw(self.machine.run(_GLANCE, patience.computed))
            if patience.over():
                raise self._stalled(name, f"the guest does not let go of device {self.removes[name]}")
        del self.removes[name]
        self._did(name, 0, "")

    def _next(self, patience: _Patience) -> Event:
        event = self.machine.run(patience.left(), patience.computed)
        self._saw(event)
        return event

    def _saw(self, event: Event) -> None:
        if isinstance(event, Died):
            raise _Over("OOPS", "the kernel panics" if event.panic else "")
        if isinstance(event, Done):
            names = [name for name, number in self.actor.items() if number == event.actor]
            for name in names:
                self._did(name, event.value, _errno(event.error))

    def _did(self, name: str, value: int, error: str) -> None:
        act = Act(name, self.busy.pop(name), value, error)
        self.acts.append(act)
        if act.error and not act.action.startswith(TRY):
            self.refused.append(act)
        if name in self.started:
            self._start(name)

    def _release(self, name: str) -> None:
        for event in hold.release(self.machine, self.held.pop(name)):
            self._saw(event)

    def _act(self, actor: int, action: str) -> Done:
        """Do something out of the story, and wait for it."""
        self.machine.mailbox.send(self.machine.gdb, actor, action)
        patience = _Patience(self.machine)
        while not patience.over():
            event = self.machine.run(patience.left(), patience.computed)
            if isinstance(event, Done) and event.actor == actor:
                return event
            self._saw(event)
        why = console.lockup(self.printed())
        raise _Over("UNKNOWN", f"the guest does nothing any more: `{action}` did not end{why}")

    def _is(self, name: str, task: int) -> bool:
        if name in self.tasks:
            return self.tasks[name] == task
        if name in self.actor:
            return self.machine.pid(task) == self.machine.mailbox.pids[self.actor[name]]
        return self.machine.pid(task) not in self.machine.mailbox.pids

    def _stack(self, name: str) -> str:
        """Where a thread waits, for people; "" if nobody can tell."""
        if name in self.removes:
            return self._hotplug()
        if name in self.actor:
            pid = self.machine.mailbox.pids[self.actor[name]]
        elif name in self.tasks:
            pid = self.machine.pid(self.tasks[name])
        else:
            return ""
        return self._stack_in(f"/proc/{pid}/stack")

    def _hotplug(self) -> str:
        """Where the kernel's hot unplug waits."""
        try:
            self._act(OBSERVER, f"sh cat $(grep -l acpi_device_hotplug /proc/[0-9]*/stack) > {_STACK}")
        except _Over:
            return ""
        return self._stack_in(_STACK)

    def _stack_in(self, path: str) -> str:
        try:
            done = self._act(OBSERVER, f"cat {path}")
        except _Over:
            return ""
        lines = self.machine.mailbox.text(self.machine.gdb, OBSERVER).splitlines() if done.value > 0 else []
        frames = [line.partition("] ")[2].partition("/")[0].partition("+")[0] for line in lines]
        return f"; it waits in {' <- '.join(frames[:8])}" if frames else ""


def _errno(number: int) -> str:
    return errno.errorcode.get(number, str(number)) if number else ""


def _refused(acts: list[Act]) -> tuple[str, str]:
    """The verdict on actions that failed: the kernel refuses the order, or an action is wrong."""
    for act in acts:
        if act.error in _WRONG:
            return "UNKNOWN", f"{_refusal(act)}: that is no refusal, the action is wrong here"
    return "INFEASIBLE", _refusal(acts[0])


def _refusal(act: Act) -> str:
    return f"{act.thread}: {act.action}: {'EWOULDBLOCK' if act.error == 'EAGAIN' else act.error}"
