"""A report while its lines come in."""

from __future__ import annotations

__all__ = ["Draft", "Trace", "finish", "known"]

import msgspec

from lastput.schema.splat import Frame, Lock, Report, Role, Stack

_MOST_FRAMES = 256  # of one stack; deeper ones are endless recursion
_MOST_STACKS = 96
_MOST_LOCKS = 2048


class Trace(msgspec.Struct):
    """The fields of ``Stack`` as they grow. ``rip`` is the place that was told before the frames; ``user``
    is True behind the registers of user space."""

    role: Role
    title: str = ""
    cpu: int = -1
    pid: int = 0
    comm: str = ""
    frames: list[Frame] = msgspec.field(default_factory=list)
    cuts: list[int] = msgspec.field(default_factory=list)
    rip: Frame | None = None
    user: bool = False


class Draft(msgspec.Struct, kw_only=True):
    """The fields of ``Report`` as they grow. ``quiet`` counts lines in a row that were nobody's, ``blank``
    is True behind an empty line, ``in_task`` between ``<TASK>`` and ``</TASK>``, ``in_trace`` while the
    lines of a stack come in, ``loose`` are lines behind the headline that may be its message, ``done``
    at the end."""

    kind: str
    head: str
    line: int
    last: int
    message: str = ""
    facts: dict[str, str] = msgspec.field(default_factory=dict)
    cpu: int = -1
    pid: int = 0
    comm: str = ""
    tainted: str = ""
    release: str = ""
    workqueue: str = ""
    work: Frame | None = None
    rip: Frame | None = None
    lr: Frame | None = None
    traces: list[Trace] = msgspec.field(default_factory=list)
    locks: list[Lock] = msgspec.field(default_factory=list)
    modules: list[str] = msgspec.field(default_factory=list)
    unloaded: str = ""
    registers: dict[str, str] = msgspec.field(default_factory=dict)
    code: str = ""
    arch: str = ""
    holder: str = ""
    role: str = ""
    loose: list[str] = msgspec.field(default_factory=list)
    quiet: int = 0
    blank: bool = False
    in_modules: bool = False
    in_task: bool = False
    in_trace: bool = False
    in_lock: bool = False  # the line of a lock ended before the function that took it
    done: bool = False

    @property
    def trace(self) -> Trace | None:
        """The stack that is open, or was last."""
        return self.traces[-1] if self.traces else None

    @property
    def has_stack(self) -> bool:
        """Whether any frame was read."""
        return any(one.frames for one in self.traces)

    def open_stack(self, role: Role, title: str = "", cpu: int = -1, pid: int = 0, comm: str = "") -> None:
        """Frames that follow belong to a stack of that role."""
        self.in_trace = True
        last = self.trace
        if last is not None and not last.frames:
            if role is not Role.TASK:
                last.role, last.title = role, title
            if cpu >= 0:
                last.cpu = cpu
            if pid:
                last.pid, last.comm = pid, comm
            return
        if len(self.traces) < _MOST_STACKS:
            self.traces.append(Trace(role, title, cpu, pid, comm))

    def add(self, frame: Frame) -> None:
        """One more frame, of the stack that is open; behind half a line of a lock, the rest of that."""
        if self.in_lock and self.locks:
            self.locks[-1] = msgspec.structs.replace(self.locks[-1], at=frame.function)
            self.in_lock = False
            return
        if not self.traces:
            self.open_stack(Role.TASK)
        trace = self.traces[-1]
        self.in_trace = True
        if len(trace.frames) < _MOST_FRAMES and not trace.user:
            trace.frames.append(frame)

    def cut(self) -> None:
        """What follows in the stack was interrupted by what stands before."""
        trace = self.trace
        if trace is not None and trace.frames and self.in_trace:
            at = len(trace.frames)
            if not trace.cuts or trace.cuts[-1] != at:
                trace.cuts.append(at)

    def learn(self, facts: dict[str, str | None]) -> None:
        """Facts of a line; what was told first stays."""
        for name, value in facts.items():
            if not value or name.startswith("_"):
                continue
            if name == "cpu" and self.cpu < 0:
                self.cpu = int(value)
            elif name == "pid":
                self.pid = self.pid or int(value)
            elif name == "comm":
                self.comm = self.comm or value
            elif name != "cpu":
                self.facts.setdefault(name, value)

    def lock(self, lock: Lock) -> None:
        """One more lock, once."""
        if lock not in self.locks and len(self.locks) < _MOST_LOCKS:
            self.locks.append(lock)


def known(draft: Draft) -> bool:
    """Whether the draft has anything but its first line."""
    return bool(draft.traces or draft.rip or draft.locks or draft.comm or draft.facts)


def finish(draft: Draft) -> Report:
    """The report, as far as it came."""
    stacks = tuple(_stack(one) for one in draft.traces if one.frames)
    broken = draft.in_task or (not draft.done and not stacks)
    return Report(
        kind=draft.kind,
        head=draft.head,
        line=draft.line,
        last=draft.last,
        message=draft.message,
        facts=draft.facts,
        cpu=draft.cpu,
        pid=draft.pid,
        comm=draft.comm,
        tainted=draft.tainted,
        release=draft.release,
        workqueue=draft.workqueue,
        work=draft.work,
        rip=draft.rip,
        lr=draft.lr,
        stacks=stacks,
        locks=tuple(draft.locks),
        modules=tuple(draft.modules),
        unloaded=draft.unloaded,
        registers=draft.registers,
        code=draft.code,
        arch=draft.arch,
        truncated=broken,
    )


def _stack(trace: Trace) -> Stack:
    frames, cuts = list(trace.frames), trace.cuts
    first = next((one for one in frames if one.reliable), None)
    if trace.rip and trace.rip.function and (first is None or first.function != trace.rip.function):
        frames.insert(0, trace.rip)
        cuts = [cut + 1 for cut in cuts]
    inside = tuple(cut for cut in cuts if cut < len(frames))
    return Stack(trace.role, tuple(frames), trace.title, inside, trace.cpu, trace.pid, trace.comm)
