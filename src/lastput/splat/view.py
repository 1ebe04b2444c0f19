"""A report as the rules look at it: whose stack, which work item, what is waited for."""

from __future__ import annotations

__all__ = ["View", "call", "chain"]

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from lastput.schema.splat import Frame, Report, Stack
from lastput.splat.kernel import LOCK_WAITS, MACHINERY, SPINS, WAITS, base_name, is_put

_WORKER = ("process_one_work", "process_scheduled_works", "worker_thread", "rescuer_thread")
_TASK_END = frozenset(("kthread", "ret_from_fork", "ret_from_fork_asm", "ret_from_kernel_thread"))
_MODULES_AT = ((0xFFFFFFFFA0000000, 0xFFFFFFFFFF000000), (0xFFFF800000000000, 0xFFFF800090000000))


def call(name: str) -> str:
    """``flush_work()``."""
    return f"{base_name(name)}()" if name else "unnamed text"


def chain(frames: Iterable[Frame]) -> str:
    """``a() calls b(), which calls c()``, of frames given innermost first."""
    names = [call(one.function) for one in frames if one.function][::-1]
    if len(names) > 5:
        names = [*names[:2], "...", *names[-2:]]
    return " -> ".join(names)


class View:
    """Questions about one report. ``log`` are all reports of the log, this one among them."""

    def __init__(self, report: Report, log: Sequence[Report] = ()) -> None:
        self.report = report
        self.log = log

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """The stack of the report's own task, innermost first, with RIP at its top if it has a symbol."""
        stack = self.stack("call trace")
        frames = list(stack.frames) if stack else []
        if any(one.reliable and one.function for one in frames):
            frames = [one for one in frames if one.reliable]
        rip = self.report.rip
        if rip and rip.function and (not frames or frames[0].function != rip.function):
            names = [one.function for one in frames]
            frames = frames[names.index(rip.function) :] if rip.function in names else [rip, *frames]
        return tuple(frames)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Source names of ``frames``."""
        return tuple(base_name(one.function) for one in self.frames)

    def stack(self, title: str) -> Stack | None:
        """The first stack of that title."""
        return next((one for one in self.report.stacks if one.title == title), None)

    def blame(self, title: str = "call trace") -> Frame | None:
        """The innermost frame that is about the subject: no allocator, no reporting code."""
        if title == "call trace":
            frames: Sequence[Frame] = self.frames
        else:
            stack = self.stack(title)
            frames = stack.frames if stack else ()
        own = [one for one in frames if one.function and base_name(one.function) not in MACHINERY]
        return own[0] if own else None

    @property
    def user(self) -> Frame | None:
        """The innermost frame that is neither machinery nor a lock or a wait."""
        known = {**WAITS, **LOCK_WAITS, **SPINS}
        return next(
            (
                frame
                for frame, name in zip(self.frames, self.names, strict=True)
                if name and name not in MACHINERY and name not in known
            ),
            None,
        )

    def first_of(self, known: Mapping[str, str] | Iterable[str]) -> int:
        """The innermost frame that is one of ``known``, as an index into ``frames``; -1 for none."""
        wanted = set(known)
        return next((at for at, name in enumerate(self.names) if name in wanted), -1)

    def outermost_of(self, known: Mapping[str, str], start: int) -> int:
        """From ``start`` outward while frames are of ``known``: ``flush_work()`` rather than its inside."""
        at = start
        while at + 1 < len(self.names) and self.names[at + 1] in known:
            at += 1
        return at

    # --- whose stack --------------------------------------------------------------------------

    @cached_property
    def work_at(self) -> int:
        """The frame of the work function, as an index into ``frames``; -1 outside of work items."""
        outer = self.first_of(_WORKER)
        if outer > 0:
            return outer - 1
        if outer == 0:
            return -1
        name = base_name(self.report.work.function) if self.report.work else ""
        return self.names.index(name) if name and name in self.names else -1

    @property
    def work(self) -> str:
        """The work function that runs, "" outside of work items."""
        if self.work_at >= 0:
            return self.names[self.work_at]
        return base_name(self.report.work.function) if self.report.work else ""

    @property
    def in_work(self) -> bool:
        """Whether a kworker runs a work item here."""
        return bool(self.report.work) or self.first_of(_WORKER) >= 0

    @property
    def thread_function(self) -> str:
        """The function of a kernel thread that is no kworker, "" else."""
        end = self.first_of(_TASK_END)
        return self.names[end - 1] if end > 0 and not self.in_work else ""

    @property
    def in_kthread(self) -> bool:
        """Whether a kernel thread runs here that is no kworker."""
        return not self.in_work and self.first_of(_TASK_END) >= 0

    @property
    def in_release(self) -> bool:
        """Whether the last close of a file runs here."""
        return any(name in ("__fput", "____fput", "delayed_fput", "__fput_sync") for name in self.names)

    @property
    def who(self) -> str:
        """The task, in words."""
        report = self.report
        if self.in_work:
            return f"the kworker that runs {call(self.work)}" if self.work else "a kworker"
        if self.in_kthread:
            return (
                f"the kernel thread of {call(self.thread_function)}"
                if self.thread_function
                else "a kernel thread"
            )
        if report.comm:
            return f"{report.comm}/{report.pid}" if report.pid else report.comm
        return "a task"

    @property
    def context(self) -> str:
        """``work``, ``kthread``, ``release`` or ``""``: what picks the family of rules."""
        if self.in_work:
            return "work"
        if self.in_kthread:
            return "kthread"
        return "release" if self.in_release else ""

    # --- addresses ----------------------------------------------------------------------------

    @property
    def address(self) -> int:
        """The address of the fault, -1 if there is none."""
        text = self.report.facts.get("address", "")
        return int(text, 16) if text else -1

    def in_module_area(self, address: int) -> bool:
        """Whether an address lies where module text and data are mapped (x86-64, arm64)."""
        return any(low <= address < high for low, high in _MODULES_AT)

    def put_between(self, inner: int, outer: int) -> Frame | None:
        """The outermost frame between two frames that gives up a reference."""
        found = [one for one in self.frames[inner + 1 : outer] if is_put(one.function)]
        return found[-1] if found else None

    def others(self, kind: str) -> list[View]:
        """Other reports of that kind in the log."""
        return [View(one, self.log) for one in self.log if one.kind == kind and one.line != self.report.line]
