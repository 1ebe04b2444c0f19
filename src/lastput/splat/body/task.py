"""Who it was: the CPU line, the state of a task, the work item of a kworker.

Formats: lib/dump_stack.c (dump_stack_print_info), kernel/sched/core.c (sched_show_task),
kernel/workqueue.c (print_worker_info); before 3.9 ``Pid: N, comm: X`` (arch/x86/kernel/process.c).
"""

from __future__ import annotations

__all__ = ["READERS", "TASK_LINE"]

import re
from collections.abc import Callable

from lastput.schema.splat import Frame, Role
from lastput.splat.draft import Draft
from lastput.splat.lazy import Lazy

_RELEASE = r"(?P<release>\d{1,2}\.\d{1,4}\S{0,80})"
_TAINT = (
    r"(?:Not tainted|Tainted: (?P<tainted>(?:\[\w\]=\w{1,30}(?:, )?){1,20}|[A-Z](?:[A-Z ]{0,40}[A-Z])?))"
    rf" {{1,20}}\(?{_RELEASE}"
)
_CPU = Lazy(
    r"CPU: (?P<cpu>\d{1,5})(?: UID: \d{1,10})? PID: (?P<pid>\d{1,10}) Comm: (?P<comm>.{1,24}?)"
    rf"(?: Kdump: loaded)?(?: {{1,3}}{_TAINT}|$| (?=Not |Tainted))"
)
_OLD_CPU = Lazy(rf"Pid: (?P<pid>\d{{1,10}}), comm: (?P<comm>.{{1,20}}?)(?: {{1,3}}{_TAINT}|$| )")
_PROCESS = Lazy(r"Process (?P<comm>.{1,20}?) \(pid: (?P<pid>\d{1,10})[,)]")
_POWERPC = Lazy(r"TASK(?::| =) ?[0-9a-f]{8,16}\[(?P<pid>\d{1,10})\] '(?P<comm>.{1,20}?)'")
_TAINTED = Lazy(_TAINT)
#: sched_show_task() since 5.9, from 4.10, and before.
TASK_LINE = Lazy(
    r"task:(?P<comm>.{1,30}?) {1,15}state:(?P<state>[A-Za-z])\b.{0,80}?\bpid: ?(?P<pid>\d{1,10})"
    r"|(?P<old_comm>\S.{0,24}?) {1,15}(?P<old_state>[RSDTtXZPIKW]) {1,4}(?:running task|[0-9a-f]{8,16}"
    r"|\(NOTLB\))?"
    r" {1,10}\d{1,6} {1,10}(?P<old_pid>\d{1,10}) {1,10}\d{1,10} 0x[0-9a-f]{8,16}$"
)
_WORK = Lazy(
    r"Workqueue: (?P<queue>\S.{0,60}?) (?:0x(?P<address>[0-9a-f]{1,16})|(?P<function>[\w.$]{1,256}))"
    r"(?: \[(?P<module>[\w-]{1,64})\])?(?: \(.{0,40}\))?$"
)


def _kernel(draft: Draft, match: re.Match[str]) -> None:
    told = match.groupdict()
    draft.tainted = draft.tainted or " ".join((told["tainted"] or "").split())
    draft.release = draft.release or told["release"] or ""


def _cpu(draft: Draft, text: str) -> bool:
    match = _CPU.search(text)
    if match is None:
        return False
    _kernel(draft, match)
    cpu, pid, comm = int(match["cpu"]), int(match["pid"]), match["comm"]
    last = draft.trace
    if last is not None and not last.frames and last.role in (Role.OTHER_CPU, Role.STARVED):
        last.cpu, last.pid, last.comm = cpu, pid, comm
        return True
    if draft.comm and draft.has_stack and any(one.role is Role.TASK and one.frames for one in draft.traces):
        same = draft.pid == pid
        draft.open_stack(Role.AFTERWARDS if same else Role.OTHER_CPU, cpu=cpu, pid=pid, comm=comm)
        return True
    draft.cpu = cpu if draft.cpu < 0 else draft.cpu
    draft.pid = draft.pid or pid
    draft.comm = draft.comm or comm
    return True


def _old_cpu(draft: Draft, text: str) -> bool:
    match = _OLD_CPU.match(text) or _PROCESS.match(text) or _POWERPC.match(text)
    if match is None:
        return False
    if "release" in match.groupdict():
        _kernel(draft, match)
    if not draft.comm:
        draft.pid, draft.comm = draft.pid or int(match["pid"]), match["comm"]
    return True


def _tainted(draft: Draft, text: str) -> bool:
    match = _TAINTED.search(text)
    if match is None:
        return False
    _kernel(draft, match)
    return True


def _task(draft: Draft, text: str) -> bool:
    match = TASK_LINE.match(text)
    if match is None:
        return False
    pid = int(match["pid"] or match["old_pid"])
    comm, state = match["comm"] or match["old_comm"], match["state"] or match["old_state"]
    last = draft.trace
    if last is not None and not last.frames and last.role is not Role.TASK:
        last.pid, last.comm = pid, comm  # announced: the thread of RCU, the task of a CPU
    elif draft.kind in ("hung-task", "stack") and draft.pid in (0, pid) and not draft.has_stack:
        draft.pid, draft.comm = pid, draft.comm or comm
        draft.facts.setdefault("state", state)
        draft.open_stack(Role.TASK)
    else:
        draft.open_stack(Role.OTHER_TASK, state, pid=pid, comm=comm)
    return True


def _workqueue(draft: Draft, text: str) -> bool:
    match = _WORK.match(text)
    if match is None:
        return False
    last = draft.trace
    elsewhere = last is not None and last.role in (Role.OTHER_TASK, Role.OTHER_CPU, Role.STARVED)
    if draft.work is None and not elsewhere:
        address = int(match["address"] or "0", 16)
        draft.workqueue = match["queue"]
        draft.work = Frame(match["function"] or "", match["module"] or "", address=address)
    return True


READERS: tuple[tuple[str, Callable[[Draft, str], bool]], ...] = (
    (" Comm: ", _cpu),
    ("Pid: ", _old_cpu),
    ("(pid: ", _old_cpu),
    ("TASK", _old_cpu),
    ("ainted", _tainted),
    ("task:", _task),
    (" 0x", _task),
    ("Workqueue: ", _workqueue),
)
