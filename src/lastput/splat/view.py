"""A report as the rules look at it: whose stack, which work item, what is waited for."""

from __future__ import annotations

__all__ = ["View", "call", "chain"]

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from lastput.schema.splat import Frame, Report, Role, Stack
from lastput.splat.kernel import LOCK_WAITS, SPINS, WAITS, base_name, is_put
from lastput.splat.levels import levels
from lastput.splat.machinery import HELPERS, MACHINERY, SOFTIRQ, TICK

_WORKER = ("process_one_work", "process_scheduled_works", "worker_thread", "rescuer_thread")
_TASK_END = frozenset(("kthread", "ret_from_fork", "ret_from_fork_asm", "ret_from_kernel_thread",
                       "kernel_thread_helper", "ret_from_kernel_user_thread"))  # fmt: skip
_USERMODE = frozenset(("call_usermodehelper_exec_async", "kernel_execve", "kernel_init", "rest_init"))
_WATCHES = frozenset(("soft-lockup", "hard-lockup", "rcu-stall"))
_HARDIRQ = ("__handle_irq_event_percpu", "handle_irq_event_percpu", "handle_irq_event", "hrtimer_interrupt",
            "flush_smp_call_function_queue", "__flush_smp_cal"
                                             "l_function_queue", "irq_work_run_list")  # fmt: skip
#: Who calls back in a softirq or hard interrupt, and what that is called.
_CALLERS = {
    "call_timer_fn": "the timer function", "expire_timers": "the timer function",
    "__run_timers": "the timer function", "run_timer_softirq": "the timer function",
    "__hrtimer_run_queues": "the timer function", "__run_hrtimer": "the timer function",
    "rcu_do_batch": "the RCU callback", "rcu_process_callbacks": "the RCU callback",
    "__rcu_process_callbacks": "the RCU callback",
    "tasklet_action_common": "the tasklet", "tasklet_action": "the tasklet",
    "__handle_irq_event_percpu": "the interrupt handler", "handle_irq_event_percpu": "the interrupt handler",
    "irq_work_single": "the irq_work", "irq_work_run_list": "the irq_work",
}  # fmt: skip
#: x86-64: where module text and data are mapped (arch/x86/include/asm/pgtable_64_types.h: MODULES_VADDR).
_X86_MODULES = (0xFFFFFFFFA0000000, 0xFFFFFFFFFF000000)
#: arm64: text of modules, in one of the places of 3.x to 7.x; vmalloc() uses parts of it since 5.x.
_ARM64_MODULES = (0xFFFF800000000000, 0xFFFF800090000000)
#: 32-bit ARM: the 16 MB below PAGE_OFFSET, but for the last 2 (arch/arm/include/asm/memory.h: MODULES_VADDR);
#: PAGE_OFFSET is 3 GB, or 2 GB with CONFIG_VMSPLIT_2G, where user space ends below.
_ARM_MODULES = ((0xBF000000, 0xBFE00000), (0x7F000000, 0x7FE00000))


def call(name: str) -> str:
    """``flush_work()``."""
    return f"{base_name(name)}()" if name else "a function without a symbol"


def chain(frames: Iterable[Frame]) -> str:
    """``a() calls b(), which calls c()``, of frames given innermost first."""
    names = [call(one.function) for one in frames if one.function][::-1]
    if len(names) > 5:
        names = [*names[:2], "...", *names[-2:]]
    return " -> ".join(names)


def about(frames: Sequence[Frame]) -> Frame | None:
    """The innermost frame that a story can be about: no allocator, no reporting code, no helper."""
    own = [one for one in frames if one.function and base_name(one.function) not in MACHINERY]
    best = next((one for one in own if base_name(one.function) not in HELPERS and not _helper(one)), None)
    return best or (own[0] if own else None)


def _helper(frame: Frame) -> bool:
    """An inline function of a header: of what its caller does."""
    return (
        (frame.inline or not frame.size)
        and frame.place.startswith(("include/", "arch/"))
        and ".h:" in frame.place
    )


class View:
    """Questions about one report. ``log`` are all reports of the log, this one among them."""

    def __init__(self, report: Report, log: Sequence[Report] = ()) -> None:
        self.report = report
        self.log = log

    @cached_property
    def _cut(self) -> tuple[tuple[Frame, ...], bool]:
        """The frames of the context that the report is about, and whether it had interrupted another."""
        stack = self.stack(Role.TASK)
        contexts = levels(stack) if stack else []
        kept = contexts
        while kept and self._reports_only(kept[0]):
            kept = kept[1:]
        if not kept:
            kept = contexts[:1]
        frames = list(kept[0]) if kept else []
        rip = self.report.rip
        if rip and rip.function and (not frames or frames[0].function != rip.function):
            names = [one.function for one in frames]
            if rip.function in names:
                frames = frames[names.index(rip.function) :]
            elif len(kept) == len(contexts) or not frames:
                frames = [rip, *frames]
        return tuple(frames), len(kept) > 1

    def _reports_only(self, frames: Sequence[Frame]) -> bool:
        """Whether a context is only that of the report: the trap, the watchdog's timer."""
        names = [base_name(one.function) for one in frames]
        if self.report.kind in _WATCHES and any(name in TICK for name in names):
            return True
        return all(name in MACHINERY or not name for name in names)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The stack that the report is about, innermost first, with RIP at its top if it has a symbol; of an
        interrupt without what it interrupted."""
        return self._cut[0]

    @property
    def interrupting(self) -> bool:
        """Whether an interrupt or softirq runs here, on top of a task that has nothing to do with it."""
        return self._cut[1] or self.first_of(_HARDIRQ) >= 0 or any(name in SOFTIRQ for name in self.names)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Source names of ``frames``."""
        return tuple(base_name(one.function) for one in self.frames)

    def stack(self, role: Role) -> Stack | None:
        """The first stack of that role."""
        return next((one for one in self.report.stacks if one.role is role), None)

    def of(self, role: Role) -> tuple[Frame, ...]:
        """The innermost context of the first stack of that role."""
        if role is Role.TASK:
            return self.frames
        stack = self.stack(role)
        contexts = levels(stack) if stack else []
        return contexts[0] if contexts else ()

    def blame(self, role: Role = Role.TASK) -> Frame | None:
        """The innermost frame that is about the subject: no allocator, no reporting code."""
        return about(self.of(role))

    @property
    def user(self) -> Frame | None:
        """The innermost frame that is neither machinery nor a lock or a wait."""
        known = {**WAITS, **LOCK_WAITS, **SPINS}
        return about([one for one, name in zip(self.frames, self.names, strict=True) if name not in known])

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

    def waits_in(self) -> Frame | None:
        """The function that waits: the frame outside of the lock or wait that the task sleeps in."""
        known = {**LOCK_WAITS, **WAITS}
        start = self.first_of(known)
        if start < 0:
            return about(self.frames)
        return about(self.frames[self.outermost_of(known, start) + 1 :])

    # --- whose stack --------------------------------------------------------------------------

    @cached_property
    def work_at(self) -> int:
        """The frame of the work function, as an index into ``frames``; -1 outside of work items."""
        outer = self.first_of(_WORKER)
        if outer > 0:
            return outer - 1
        if outer == 0 or self.interrupting:
            return -1
        name = base_name(self.report.work.function) if self.report.work else ""
        return self.names.index(name) if name and name in self.names else -1

    @property
    def work(self) -> str:
        """The work function that runs, "" outside of work items."""
        if self.work_at >= 0:
            return self.names[self.work_at]
        if self.interrupting:
            return ""
        return base_name(self.report.work.function) if self.report.work else ""

    @property
    def in_work(self) -> bool:
        """Whether a kworker runs a work item here."""
        if self.interrupting:
            return False
        return bool(self.report.work) or self.first_of(_WORKER) >= 0

    @property
    def thread_function(self) -> str:
        """The function of a kernel thread that is no kworker, "" else."""
        end = self.first_of(_TASK_END)
        if end <= 0 or not self.in_kthread:
            return ""
        return self.names[end - 1]

    @property
    def in_kthread(self) -> bool:
        """Whether a kernel thread runs here that is no kworker."""
        if self.in_work or self.interrupting or self.first_of(_USERMODE) >= 0:
            return False
        return self.first_of(_TASK_END) >= 0

    @property
    def in_release(self) -> bool:
        """Whether the last close of a file runs here."""
        return any(name in ("__fput", "____fput", "delayed_fput", "__fput_sync") for name in self.names)

    @property
    def task(self) -> str:
        """The task's name and number, as the log has them; "" if it has not."""
        report = self.report
        if not report.comm:
            return f"task {report.pid}" if report.pid else ""
        return (
            f"{report.comm}/{report.pid}" if report.pid or report.comm.startswith("swapper") else report.comm
        )

    @property
    def who(self) -> str:
        """What ran, in words: a task, a work item, a timer function, an interrupt."""
        if self.interrupting:
            at = self.first_of(_CALLERS)
            if at > 0 and self.names[at - 1] not in MACHINERY:
                if self.names[at - 1] in ("__queue_work", "delayed_work_timer_fn"):
                    return "the timer of a delayed work item"
                return f"{_CALLERS[self.names[at]]} {call(self.names[at - 1])}"
            softirq = any(name in SOFTIRQ for name in self.names)
            return "a softirq" if softirq else "an interrupt"
        if self.in_work:
            return f"the kworker that runs {call(self.work)}" if self.work else "a kworker"
        if self.in_kthread:
            function = self.thread_function
            return f"the kernel thread of {call(function)}" if function else "a kernel thread"
        return self.task or "a task that the log does not name"

    @property
    def whom(self) -> str:
        """`` in rmmod/1234`` behind a verb; "" where that would say nothing."""
        if self.interrupting or self.in_work or self.in_kthread or self.task:
            return f" in {self.who}"
        return ""

    def inside(self, where: str) -> str:
        """`` in f()`` behind what somebody did; "" if ``who`` says it already."""
        return "" if not where or where == self.who or self.who.endswith(f" {where}") else f" in {where}"

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

    @property
    def fetch(self) -> bool:
        """Whether the fault was the fetch of an instruction."""
        facts, address = self.report.facts, self.address
        if facts.get("access") in ("instruction fetch", "execute"):
            return True
        if facts.get("access") in ("read access", "write access"):
            return False
        if facts.get("exception", "").startswith("IABT"):
            return True
        rip = self.report.rip
        if rip and not rip.function and rip.address and rip.address == address:
            return True
        code = int(facts["oops"], 16) if facts.get("oops") else 0
        match self.arch:
            case "x86":
                return bool(code & 16) and code < 0x100
            case "arm64":
                return code >> 26 in (0x20, 0x21)  # ESR_ELx.EC: instruction abort
            case "arm":
                return bool(code & 1 << 31)
        return False

    @property
    def arch(self) -> str:
        """``x86``, ``arm64``, ``arm``, ...; "" if the log does not tell."""
        if self.report.arch or self.report.kind != "page-fault":
            return self.report.arch
        if "at virtual address" in self.report.head:
            return {16: "arm64", 8: "arm"}.get(len(self.report.facts.get("address", "")), "")
        return "x86" if self.report.head.startswith("BUG: unable") else ""

    def module_text(self, address: int) -> bool:
        """Whether an address may be text of a module (x86-64, arm64, arm)."""
        if self.arch == "arm":
            some = _ARM_MODULES if self.report.unloaded else _ARM_MODULES[:1]
            return any(low <= address < high for low, high in some)
        return any(low <= address < high for low, high in (_X86_MODULES, _ARM64_MODULES))

    def module_data(self, address: int) -> bool:
        """Whether only modules are mapped at an address (x86-64, arm; on arm64 vmalloc() may be there)."""
        if self.arch == "arm":
            return self.module_text(address)
        return _X86_MODULES[0] <= address < _X86_MODULES[1]

    def put_between(self, inner: int, outer: int) -> Frame | None:
        """The outermost frame between two frames that gives up a reference."""
        found = [one for one in self.frames[inner + 1 : outer] if is_put(one.function)]
        return found[-1] if found else None

    def others(self, kind: str) -> list[View]:
        """Other reports of that kind in the log."""
        return [View(one, self.log) for one in self.log if one.kind == kind and one.line != self.report.line]
