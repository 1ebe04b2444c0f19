"""A report while its lines come in."""

from __future__ import annotations

__all__ = ["Draft", "finish", "known"]

import msgspec

from lastput.schema.splat import Frame, Lock, Report, Stack

_MOST_FRAMES = 256  # of one stack; deeper ones are endless recursion
_MOST_STACKS = 64


class Draft(msgspec.Struct, kw_only=True):
    """The fields of ``Report`` as they grow. ``quiet`` counts lines in a row that were nobody's, ``blank``
    is True behind an empty line, ``in_task`` between ``<TASK>`` and ``</TASK>``, ``done`` at the end."""

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
    stacks: list[tuple[str, int, list[Frame]]] = msgspec.field(default_factory=list)
    locks: list[Lock] = msgspec.field(default_factory=list)
    modules: list[str] = msgspec.field(default_factory=list)
    unloaded: str = ""
    registers: dict[str, str] = msgspec.field(default_factory=dict)
    code: str = ""
    arch: str = ""
    holder: str = ""
    role: str = ""
    quiet: int = 0
    blank: bool = False
    in_modules: bool = False
    in_task: bool = False
    done: bool = False

    def open_stack(self, title: str, pid: int = 0) -> None:
        """Frames that follow belong to a stack of that title."""
        if self.stacks and not self.stacks[-1][2] and title == "call trace":
            return  # the line before said more of whose stack it is
        if len(self.stacks) < _MOST_STACKS:
            self.stacks.append((title, pid, []))

    def add(self, frame: Frame) -> None:
        """One more frame, of the stack that is open."""
        if not self.stacks:
            self.open_stack("call trace")
        frames = self.stacks[-1][2]
        if len(frames) < _MOST_FRAMES:
            frames.append(frame)

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


def known(draft: Draft) -> bool:
    """Whether the draft has anything but its first line."""
    return bool(draft.stacks or draft.rip or draft.locks or draft.comm or draft.facts)


def finish(draft: Draft) -> Report:
    """The report, as far as it came."""
    stacks = tuple(Stack(title, tuple(frames), pid) for title, pid, frames in draft.stacks if frames)
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
