"""How the kernel writes addresses, stacks and headers, with numbers that are invented but always the same.

Formats are those of Linux 6.12: kernel/sched/core.c (sched_show_task), lib/dump_stack.c,
arch/x86/kernel/dumpstack.c and process_64.c, kernel/module/main.c (print_modules).
"""

from __future__ import annotations

__all__ = ["Log", "address_of", "kernel_stack", "object_address", "symbol"]

import zlib

import msgspec

from lastput.check.trace.kernelwords import ENTRIES, INLINE, SPLAT_NAMES, is_hidden
from lastput.schema.trace import Frame, Task, Trace, stack
from lastput.show.story import work_of

RELEASE = "6.12.0"
_MODULES_AT = 0xFFFFFFFFC0400000
_MODULE_SIZE = 0x80000
_HEAP_AT = 0xFFFF888100000000


class Log(msgspec.Struct):
    """Lines of a kernel log, as they grow."""

    trace: Trace
    lines: list[str]

    def say(self, *lines: str) -> None:
        self.lines.extend(lines)

    def modules(self) -> None:
        """``Modules linked in:``, with the module that was unloaded last."""
        gone = [
            change.object
            for step in self.trace.steps
            for change in step.changes
            if change.field == "text" and change.new == "gone"
        ]
        loaded = [one.id for one in self.trace.objects if one.kind == "module" and one.id not in gone]
        last = f" [last unloaded: {gone[-1]}]" if gone else ""
        self.say("Modules linked in:" + "".join(f" {name}" for name in reversed(loaded)) + last)

    def cpu_line(self, task: Task) -> None:
        """``CPU: 0 UID: 0 PID: ...`` and the ``Workqueue:`` line of a worker."""
        user = 1000 if task.kind == "user" and "root" not in task.name else 0
        who = f"PID: {task.pid} Comm: {task.comm:.15}"
        self.say(f"CPU: {self.cpu(task)} UID: {user} {who} Not tainted {RELEASE} #1")

    def cpu(self, task: Task) -> int:
        """Tasks run on CPUs in the order of their first step."""
        order = list(dict.fromkeys(step.task for step in self.trace.steps))
        return order.index(task.id) if task.id in order else 0

    def workqueue(self, frame: int) -> None:
        """``Workqueue: events async_pf_execute [kvm]`` if the stack runs a work item."""
        work = work_of(self.trace, frame)
        if work is not None:
            module = f" [{work.module}]" if work.module else ""
            self.say(f"Workqueue: events {work.function}{module}")

    def task(self, task: Task, frame: int, tail: tuple[str, ...]) -> None:
        """sched_show_task() of a task that sleeps in D state."""
        parent = 2 if task.kind != "user" else 1
        self.say(
            f"task:{task.comm:<15.15} state:D stack:0     pid:{task.pid:<5d} tgid:{task.pid:<5d} "
            f"ppid:{parent:<6d} flags:0x{0x4000:08x}"
        )
        self.workqueue(frame)
        self.stack(kernel_stack(self.trace, frame, task, tail))

    def stack(
        self, frames: list[tuple[str, str]], reliable: bool = True, gone: frozenset[str] = frozenset()
    ) -> None:
        """A call trace, innermost first; frames in text that is gone have no symbol."""
        self.say("Call Trace:", " <TASK>")
        for function, module in frames:
            if module in gone:
                self.say(f" ? 0x{address_of(self.trace, function, module):x}")
            else:
                self.say(f" {'' if reliable else '? '}{symbol(function, module)}")
        self.say(" </TASK>")


def _number(text: str) -> int:
    return zlib.crc32(text.encode())


def _size(function: str) -> int:
    return 0x60 + (_number(function) % 0x40) * 0x10


def _offset(function: str) -> int:
    return 0x10 + (_number(f"{function}+") % (_size(function) - 0x20))


def symbol(function: str, module: str) -> str:
    """``kvm_put_kvm+0x2d/0x320 [kvm]``; the numbers are invented."""
    where = f" [{module}]" if module else ""
    return f"{function}+0x{_offset(function):x}/0x{_size(function):x}{where}"


def address_of(trace: Trace, function: str, module: str) -> int:
    """An address in the text of a module."""
    names = sorted(one.id for one in trace.objects if one.kind == "module")
    index = names.index(module) if module in names else len(names)
    page = (_number(function) % 0x60) * 0x1000
    return _MODULES_AT + index * _MODULE_SIZE + page + (_number(f"{function}@") % 0xE00) + 0x15


def object_address(trace: Trace, name: str) -> int:
    """The address of a heap object."""
    names = sorted(one.id for one in trace.objects)
    index = names.index(name) if name in names else len(names)
    return _HEAP_AT + 0x4A000 * (index + 1)


def kernel_stack(trace: Trace, frame: int, task: Task, tail: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """The stack that a kernel would print, innermost first: (function, module).

    ``tail`` is what lies below the innermost frame. Helpers of the model and inlines have no frame, a
    frame that was left by a jump is gone, and the outermost call gets the entry code that it comes from.
    """
    frames = list(stack(trace, frame))
    body = task.name.partition("#")[0]
    if frames and frames[0].function == body and task.kind != "kthread":
        frames = frames[1:]
    kept = [one for number, one in enumerate(frames) if not _left(frames, number)]
    named = [(SPLAT_NAMES.get(one.function, one.function), one.module) for one in kept if _real(one)]
    named = [one for one in named if one[0]]
    named = [one for number, one in enumerate(named) if number == 0 or one != named[number - 1]]
    found = [(name, "") for name in tail] + named[::-1]
    outermost = named[0][0] if named else ""
    entry = ENTRIES.get(outermost, ENTRIES[task.kind if task.kind in ENTRIES else "user"])
    return found + [(name, "") for name in entry if (name, "") not in found]


def _real(frame: Frame) -> bool:
    return frame.function not in INLINE and not is_hidden(frame.function)


def _left(frames: list[Frame], number: int) -> bool:
    return number + 1 < len(frames) and frames[number + 1].tail
