"""What the kernel would have printed: Oops, WARNING, KASAN, refcount_t, hung task, lockdep.

Formats are those of Linux 6.12 with the debugging options that see the error. Addresses, offsets, sizes,
pids and CPU numbers are invented, and the same in every run.
"""

from __future__ import annotations

__all__ = ["render"]

import re
from collections.abc import Callable

from lastput.check.trace.kernelwords import ATOMIC_ENTRIES, HUNG_TAILS, INLINE, is_hidden
from lastput.schema.trace import Step, Task, Trace, Wait
from lastput.show.printk import RELEASE, Log, address_of, kernel_stack, object_address, symbol
from lastput.show.render import Options

_BAR = "=" * 66
_FLUSHES = re.compile(r"_*(?:flush|cancel|start_flush|wait_for)_")
_PROLOGUE = 42  # bytes that show_opcodes() looks back


def render(trace: Trace, options: Options) -> str:
    """The log, under a line that says what is invented; the options make no difference."""
    log = Log(trace, [])
    log.say("(what a kernel would log; addresses, offsets, pids and CPUs are invented)", "")
    _BY_CLASS.get(trace.error, _warning)(log)
    return "\n".join(log.lines) + "\n"


def _task(trace: Trace) -> Task:
    return trace.tasks[max(trace.violated.task, 0)]


def _place(trace: Trace) -> str:
    """File and line of the error, in the kernel's own words where the modelled kernel cites them."""
    violated = trace.violated
    if violated.cites or violated.place is None:
        return violated.cites or "?"
    return f"{violated.place.file}:{violated.place.line}"


def _gone(trace: Trace) -> frozenset[str]:
    return frozenset(
        change.object
        for step in trace.steps
        for change in step.changes
        if change.field == "text" and change.new == "gone"
    )


def _fault(log: Log, address: int, rip: str, codes: str) -> None:
    """A page fault that nothing handles; ``codes`` is the line for one of the fetch of an instruction."""
    trace = log.trace
    write = trace.violated.write
    access = "instruction fetch" if codes else "write access" if write else "read access"
    code = 0x10 if codes else 2 if write else 0
    task = _task(trace)
    null = address < 4096
    what = "kernel NULL pointer dereference, address" if null else "unable to handle page fault for address"
    log.say(
        f"BUG: {what}: {address:016x}",
        f"#PF: supervisor {access} in kernel mode",
        f"#PF: error_code(0x{code:04x}) - not-present page",
        f"Oops: Oops: {code:04x} [#1] PREEMPT SMP",
    )
    log.cpu_line(task)
    log.workqueue(trace.violated.frame)
    log.say(f"RIP: 0010:{rip}")
    if codes:
        log.say(codes)
    frames = kernel_stack(trace, trace.violated.frame, task)
    log.stack(frames[1:], reliable=not codes, gone=_gone(trace))
    log.modules()
    log.say(f"CR2: {address:016x}", "---[ end trace 0000000000000000 ]---")


def _unmapped(log: Log) -> None:
    violated = log.trace.violated
    frames = kernel_stack(log.trace, violated.frame, _task(log.trace))
    function, module = frames[0] if frames else ("?", violated.module)
    if not module:
        # Core text works on a struct module that is gone: data, not text.
        _fault(log, object_address(log.trace, violated.module), symbol(function, ""), "")
        return
    address = address_of(log.trace, function, module)
    codes = f"Code: Unable to access opcode bytes at 0x{address - _PROLOGUE:x}."
    _fault(log, address, f"0x{address:x}", codes)


def _null(log: Log) -> None:
    function, module = kernel_stack(log.trace, log.trace.violated.frame, _task(log.trace))[0]
    address = 0 if "NULL" in log.trace.message else 0xFFFFFFFFFFFFFFF4
    _fault(log, address, symbol(function, module), "")


def _life(trace: Trace, name: str, new: str) -> Step | None:
    for step in reversed(trace.steps):
        if any((one.object, one.kind, one.new) == (name, "life", new) for one in step.changes):
            return step
    return None


def _track(log: Log, word: str, step: Step | None, innermost: str) -> None:
    """Who allocated or freed the object."""
    log.say("")
    if step is None:
        log.say(f"{word} by task 1:", " (before the test begins)")
        return
    task = log.trace.tasks[step.task]
    log.say(f"{word} by task {task.pid} on cpu {log.cpu(task)} at 0.000000s:", " kasan_save_stack+0x30/0x50")
    frames = kernel_stack(log.trace, step.frame, task)
    if not frames or frames[0][0] != innermost:
        frames.insert(0, (innermost, ""))
    log.say(*(f" {symbol(function, module)}" for function, module in frames))


def _kasan(log: Log) -> None:
    trace = log.trace
    violated = trace.violated
    if violated.module:
        function, module = kernel_stack(trace, violated.frame, _task(trace))[0]
        _fault(log, object_address(trace, violated.object), symbol(function, module), "")
        return
    task = _task(trace)
    frames = kernel_stack(trace, violated.frame, task)
    address = object_address(trace, violated.object)
    double = trace.error == "double-free"
    if double and (not frames or frames[0][0] != "kfree"):
        frames.insert(0, ("kfree", ""))
    function, module = frames[0]
    log.say(
        _BAR,
        f"BUG: KASAN: {'double-free' if double else 'slab-use-after-free'} in {symbol(function, module)}",
    )
    who = f"by task {task.comm}/{task.pid}"
    access = "Write" if violated.write else "Read"
    log.say(f"{'Free of' if double else f'{access} of size 8 at'} addr {address:016x} {who}", "")
    log.cpu_line(task)
    log.workqueue(violated.frame)
    log.stack(frames)
    _track(log, "Allocated", _life(trace, violated.object, "alive"), "__kmalloc_cache_noprof")
    _track(log, "Freed", _life(trace, violated.object, "freed"), "kfree")
    kind = next((one.type for one in trace.objects if one.id == violated.object), "")
    log.say(
        "", f"The buggy address belongs to the object at {address:016x}", f" which is a struct {kind}", _BAR
    )


def _warning(log: Log, what: str = "", at: str = "", function: str = "") -> None:
    """WARN(): a cut, a line of text, the stack."""
    trace = log.trace
    task = _task(trace)
    frames = kernel_stack(trace, trace.violated.frame, task)
    if function:
        frames.insert(0, (function, ""))
    name, module = frames[0] if frames else ("?", "")
    place = at or _place(trace)
    log.say("------------[ cut here ]------------")
    if what or not trace.message.startswith("WARN_ON"):
        log.say(what or trace.message)
    log.say(f"WARNING: CPU: {log.cpu(task)} PID: {task.pid} at {place} {symbol(name, module)}")
    log.modules()
    log.cpu_line(task)
    log.workqueue(trace.violated.frame)
    log.say(f"RIP: 0010:{symbol(name, module)}")
    log.stack(frames[1:], gone=_gone(trace))
    log.say("---[ end trace 0000000000000000 ]---")


def _refcount(log: Log) -> None:
    """lib/refcount.c, or module_put()'s own WARN_ON()."""
    message = log.trace.message
    lines = {"addition on 0": 25, "underflow": 28, "decrement hit 0": 31, "saturated": 22}
    if message.startswith("refcount_t"):
        line = next((number for words, number in lines.items() if words in message), 28)
        _warning(log, message, f"lib/refcount.c:{line}", "refcount_warn_saturate")
    elif message.startswith("module_put"):
        _warning(log, "WARN_ON(ret < 0)", "kernel/module/main.c:887")
    else:
        _warning(log)


def _waits_in(trace: Trace, wait: Wait) -> str:
    """The innermost function of a blocked task that the kernel has."""
    frame = wait.frame
    while frame >= 0:
        name = trace.frames[frame].function
        if name not in INLINE and not is_hidden(name):
            return name
        frame = trace.frames[frame].up
    return ""


def _deadlock(log: Log) -> None:
    """A hung-task report for each task that sleeps, a soft lockup for each that spins."""
    trace = log.trace
    for wait in trace.waits:
        task = trace.tasks[wait.task]
        function = _waits_in(trace, wait)
        if function in ATOMIC_ENTRIES:
            who = f"[{task.comm}:{task.pid}]"
            log.say(f"watchdog: BUG: soft lockup - CPU#{log.cpu(task)} stuck for 26s! {who}")
            log.modules()
            log.cpu_line(task)
            log.workqueue(wait.frame)
            log.stack(kernel_stack(trace, wait.frame, task, ("native_queued_spin_lock_slowpath",)))
        else:
            log.say(
                f"INFO: task {task.comm}:{task.pid} blocked for more than 120 seconds.",
                f"      Not tainted {RELEASE} #1",
                '"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.',
            )
            log.task(task, wait.frame, HUNG_TAILS.get(function, HUNG_TAILS[""]))
        log.say("")
    cycle = [wait for wait in trace.waits if wait.cycle]
    if len(cycle) == 1:
        _recursive(log, cycle[0])
    elif log.lines[-1] == "":
        log.lines.pop()


def _recursive(log: Log, wait: Wait) -> None:
    """What lockdep says of a task that waits for what it is in, before it hangs."""
    trace = log.trace
    task = trace.tasks[wait.task]
    function = _waits_in(trace, wait)
    argument = wait.op[wait.op.find("(") + 1 : wait.op.rfind(")")].split(",")[0] or wait.what
    flush = "flush" in function or "cancel" in function
    name = f"(work_completion)({_work_as_written(trace, wait) or argument})" if flush else argument
    lock = f"{object_address(trace, wait.object):016x} ({name}){{+.+.}}-{{0:0}}"
    holder = trace.frames[trace.frames[wait.until].up].function if wait.until >= 0 else ""
    log.say(
        "with CONFIG_PROVE_LOCKING, before that:",
        "",
        "============================================",
        "WARNING: possible recursive locking detected",
        f"{RELEASE} #1 Not tainted",
        "--------------------------------------------",
        f"{task.comm}/{task.pid} is trying to acquire lock:",
        f"{lock}, at: {symbol(function, '')}",
        "",
        "but task is already holding lock:",
        f"{lock}, at: {symbol(holder or function, '')}",
    )


def _work_as_written(trace: Trace, wait: Wait) -> str:
    """The work item as the code that flushes it names it: INIT_WORK() makes its class of the same words,
    as in ``&work->work``."""
    name = ""
    at = wait.frame
    while at >= 0 and _FLUSHES.match(trace.frames[at].function):
        name = trace.frames[at].args.split(",")[0]
        at = trace.frames[at].up
    return name


def _leak(log: Log) -> None:
    """kmemleak, as /sys/kernel/debug/kmemleak shows it."""
    trace = log.trace
    made = _life(trace, trace.violated.object, "alive")
    task = trace.tasks[made.task] if made else None
    address = object_address(trace, trace.violated.object)
    log.say(f"unreferenced object 0x{address:08x} (size 64):")
    log.say(f'  comm "{task.comm if task else "init"}", pid {task.pid if task else 1}, jiffies 4294937296')
    log.say("  backtrace (crc 0):")
    if made is not None and task is not None:
        log.say(*(f"    {symbol(name, module)}" for name, module in kernel_stack(trace, made.frame, task)))


def _atomic(log: Log) -> None:
    trace = log.trace
    task = _task(trace)
    place = _place(trace)
    log.say(
        f"BUG: sleeping function called from invalid context at {place}",
        f"in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: {task.pid}, name: {task.comm}",
        "preempt_count: 1, expected: 0",
    )
    log.cpu_line(task)
    log.workqueue(trace.violated.frame)
    log.stack([("__might_resched", ""), *kernel_stack(trace, trace.violated.frame, task)])


_BY_CLASS: dict[str, Callable[[Log], None]] = {
    "unmapped-text": _unmapped,
    "use-after-free": _kasan,
    "double-free": _kasan,
    "refcount-underflow": _refcount,
    "refcount-from-zero": _refcount,
    "deadlock": _deadlock,
    "leak": _leak,
    "null-deref": _null,
    "sleep-in-atomic": _atomic,
}
