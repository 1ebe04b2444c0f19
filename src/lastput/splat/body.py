"""Lines that reports of every kind have: the CPU line, registers, call traces, modules, held locks.

Formats: lib/dump_stack.c (dump_stack_print_info), kernel/sched/core.c (sched_show_task),
kernel/workqueue.c (print_worker_info), kernel/module/main.c (print_modules), kernel/locking/lockdep.c
(print_lock), arch/x86/kernel/process_64.c (__show_regs), arch/arm64/kernel/process.c (__show_regs).
"""

from __future__ import annotations

__all__ = ["MARKS", "take"]

import re
from collections.abc import Callable
from functools import lru_cache

from lastput.schema.splat import Frame, Lock
from lastput.splat.draft import Draft
from lastput.splat.frames import frame, is_module_name, symbol
from lastput.splat.prefix import CACHED

_RELEASE = r"(?P<release>\d{1,2}\.\d{1,4}\S{0,80})"
_TAINT = rf"(?:Not tainted|Tainted: (?P<tainted>[A-Z](?:[A-Z ]{{0,40}}[A-Z])?)) {{1,12}}{_RELEASE}"
_CPU = re.compile(
    r"CPU: (?P<cpu>\d{1,5})(?: UID: \d{1,10})? PID: (?P<pid>\d{1,10}) Comm: (?P<comm>.{1,20}?)"
    rf"(?: Kdump: loaded)?(?: {_TAINT}|$)"
)
_TAINTED = re.compile(_TAINT)
_TASK = re.compile(
    r"task:(?P<comm>.{1,30}?) {1,15}state:(?P<state>[A-Za-z])\b.{0,60}?\bpid: ?(?P<pid>\d{1,10})"
)
_WORK = re.compile(
    r"Workqueue: (?P<queue>\S.{0,60}?) (?:0x(?P<address>[0-9a-f]{1,16})|(?P<function>[\w.$]{1,256}))"
    r"(?: \[(?P<module>[\w-]{1,64})\])?(?: \(.{0,40}\))?$"
)
_RIP = re.compile(r"(?:RIP|EIP): (?P<segment>[0-9a-f]{4}):(?P<where>.{1,400})")
_PC = re.compile(r"(?P<which>pc|lr) : (?P<where>.{1,400})")
_MODULE = re.compile(r"([A-Za-z0-9_-]{1,64})(?:\([A-Z+-]{1,8}\))?$")
_UNLOADED = re.compile(r"\[last unloaded: (?P<name>[\w-]{1,64})(?:\([A-Z+-]{1,8}\))?(?::\d+)?\]")
_REGISTER = re.compile(r"\b(CR2|R[A-D]X|R[SD]I|R[BS]P|R\d\d|[xsp]\d{0,2} ?|sp ?): ?([0-9a-f]{16})\b")
_REGISTERS = ("RSP:", "RAX:", "RDX:", "RBP:", "R10:", "R13:", "CR2:", "sp :", "x")
_LOCK = re.compile(
    r"(?:#\d{1,2}: )?(?P<address>[0-9a-f]{8,16}|0x[0-9a-f]{1,16}) \((?P<name>.{1,160}?)\)"
    r"\{[^}]{2,16}\}(?:-\{\d{1,2}:\d{1,2}\})?, at: (?P<at>.{1,200})"
)
_HELD = re.compile(r"(?:\d{1,3} locks?|no locks) held by (?P<who>.{1,40}?/\d{1,10})[:.]?$")
_OTHER_STACK = re.compile(r"NMI backtrace for cpu (?P<cpu>\d{1,5})|Sending NMI from CPU")
_IGNORED = re.compile(
    r"(?:Hardware name|Tainted|FS|CS|PGD|PKRU|DR0|DR3|pstate|Mem abort info|ESR|EC|SET|EA|FSC|ISV|CM|GCS"
    r"|Data abort info|CPU features|Kernel Offset|swapper pgtable|user pgtable|Showing all locks|irq event"
    r"|hardirqs last|softirqs last|Stopper|Sched_ext|Call trace|INFO: lockdep is turned off)\b"
)
#: Lines around the stack of a task; True opens it.
MARKS = {"<TASK>": True, "</TASK>": False}
_STACK_MARK = re.compile(r"</?(?:IRQ|NMI|SOFTIRQ|HARDIRQ|EOI|#DF|#DB|ENTRY_TRAMPOLINE|EXCEPTION)>$")


def take(draft: Draft, text: str) -> bool:
    """Read one line into the draft; False when it says nothing that any report knows."""
    if "+0x" in text or text[:2] in ("? ", "0x", "[<"):
        found = frame(text)
        if found is not None:
            draft.add(found)
            return True
    if not text:
        draft.blank = True
        draft.in_modules = False
        return True
    if text in MARKS:
        draft.in_task = MARKS[text]
        return True
    for read in _readers(text):
        if read(draft, text):
            return True
    if draft.in_modules and _modules(draft, text):
        return True
    draft.in_modules = False
    return _rest(draft, text)


def _rest(draft: Draft, text: str) -> bool:
    if draft.stacks and draft.stacks[-1][2]:
        module = is_module_name(text)
        frames = draft.stacks[-1][2]
        if module and not frames[-1].module:  # a mail client wrapped the line before it
            last = frames[-1]
            frames[-1] = Frame(
                last.function, module, last.offset, last.size, last.address, last.reliable, place=last.place
            )
            return True
    if draft.stacks and ":" in text and "." in text:
        found = frame(text)
        if found is not None:
            draft.add(found)
            return True
    if _STACK_MARK.match(text) or _IGNORED.match(text):
        return True
    return text.startswith(_REGISTERS) and _registers(draft, text)


def _call_trace(draft: Draft, text: str) -> bool:
    if not text.lower().startswith(("call trace:", "stack backtrace:")):
        return False
    draft.open_stack("call trace")
    return True


def _cpu(draft: Draft, text: str) -> bool:
    match = _CPU.search(text)
    if match is None:
        return False
    if draft.pid and draft.pid != int(match["pid"]) and draft.stacks:
        draft.open_stack(f"cpu {match['cpu']}")  # another CPU's state within this report
        return True
    draft.cpu = int(match["cpu"]) if draft.cpu < 0 else draft.cpu
    draft.pid = draft.pid or int(match["pid"])
    draft.comm = draft.comm or match["comm"]
    _kernel(draft, match)
    return True


def _kernel(draft: Draft, match: re.Match[str]) -> None:
    draft.tainted = draft.tainted or " ".join((match["tainted"] or "").split())
    draft.release = draft.release or match["release"] or ""


def _tainted(draft: Draft, text: str) -> bool:
    match = _TAINTED.search(text)
    if match is None:
        return False
    _kernel(draft, match)
    return True


def _task(draft: Draft, text: str) -> bool:
    match = _TASK.match(text)
    if match is None:
        return False
    pid = int(match["pid"])
    if draft.pid in (0, pid):
        draft.pid, draft.comm = pid, draft.comm or match["comm"]
        draft.facts.setdefault("state", match["state"])
        draft.open_stack("call trace")
    else:
        draft.open_stack(f"task {match['comm']}", pid)
    return True


def _workqueue(draft: Draft, text: str) -> bool:
    match = _WORK.match(text)
    if match is None:
        return False
    if draft.work is None and not (draft.stacks and draft.stacks[-1][0].startswith(("task ", "cpu "))):
        address = int(match["address"] or "0", 16)
        draft.workqueue = match["queue"]
        draft.work = Frame(match["function"] or "", match["module"] or "", address=address)
    return True


def _rip(draft: Draft, text: str) -> bool:
    match = _RIP.match(text)
    if match is None:
        return False
    draft.arch = draft.arch or "x86"
    kernel = int(match["segment"], 16) & 3 == 0
    if kernel and draft.rip is None:
        draft.rip = symbol(match["where"])
    return True


def _pc(draft: Draft, text: str) -> bool:
    match = _PC.match(text)
    if match is None:
        return False
    draft.arch = draft.arch or "arm64"
    where = match["where"]
    found = symbol(where) or symbol(f"0x{where}")
    if match["which"] == "pc":
        draft.rip = draft.rip or found
    else:
        draft.lr = draft.lr or found
    return True


def _code(draft: Draft, text: str) -> bool:
    if not text.startswith("Code: "):
        return False
    draft.code = draft.code or text[6:400]
    return True


def _linked_in(draft: Draft, text: str) -> bool:
    words = text.removeprefix("Modules linked in:")
    if words == text:
        return False
    draft.in_modules = True
    return _modules(draft, words) or True


def _modules(draft: Draft, text: str) -> bool:
    """The names of modules; False when the line has anything else."""
    unloaded = _UNLOADED.search(text)
    if unloaded:
        draft.unloaded = draft.unloaded or unloaded["name"]
        text = text[: unloaded.start()]
    names = []
    for word in text.split():
        match = _MODULE.match(word)
        if match is None:
            return unloaded is not None
        names.append(match[1])
    draft.modules.extend(names[:1024])
    if unloaded:
        draft.in_modules = False
    return bool(names) or unloaded is not None


def _held(draft: Draft, text: str) -> bool:
    match = _HELD.search(text)
    if match is None:
        return False
    draft.holder, draft.role = match["who"], "holds"
    return True


def _lock(draft: Draft, text: str) -> bool:
    match = _LOCK.match(text)
    if match is None:
        return False
    at = symbol(match["at"])
    one = Lock(
        match["name"], draft.role or "holds", match["address"], at.function if at else "", draft.holder
    )
    if one not in draft.locks and len(draft.locks) < 256:
        draft.locks.append(one)
    return True


def _other(draft: Draft, text: str) -> bool:
    match = _OTHER_STACK.search(text)
    if match is None:
        return False
    if match["cpu"] and draft.stacks and draft.stacks[-1][2]:
        draft.open_stack(f"cpu {match['cpu']}")
    return True


def _end(draft: Draft, text: str) -> bool:
    draft.done = text.startswith("---[ end")
    draft.in_task = draft.in_task and not draft.done
    return draft.done


def _registers(draft: Draft, text: str) -> bool:
    found = _REGISTER.findall(text)
    for name, value in found:
        draft.registers.setdefault(name.strip(), value)
    return bool(found)


_READERS: tuple[tuple[str, Callable[[Draft, str], bool]], ...] = (
    ("all ", _call_trace),
    ("tack backtrace:", _call_trace),
    (" Comm: ", _cpu),
    ("ainted", _tainted),
    ("task:", _task),
    ("Workqueue: ", _workqueue),
    ("IP: ", _rip),
    (" : ", _pc),
    ("Code: ", _code),
    ("Modules linked in:", _linked_in),
    ("held by", _held),
    (", at: ", _lock),
    ("NMI", _other),
    ("---[ end", _end),
)


@lru_cache(maxsize=CACHED)
def _readers(text: str) -> tuple[Callable[[Draft, str], bool], ...]:
    """Who may know a line, by a word in it."""
    return tuple(read for word, read in _READERS if word in text)
