"""A call trace whose headline is missing: the log begins too late, or a debugger printed it."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="stack",
    source="kernel/sched/core.c: sched_show_task; lib/dump_stack.c: dump_stack",
    needles=(
        b"race:",
        b" Comm: ",
        b"RIP: 0010",
        b" state:D",
        b"Pid: ",
        b" is at ",
        b"NIP [",
        b"Krnl PSW",
    ),
    heads=(
        Lazy(
            r"^(?:task:(?P<comm>.{1,30}?) {1,15}state:(?P<state>[A-Za-z])\b.{0,80}?\bpid: ?(?P<pid>\d{1,10}))"
        ),
        Lazy(r"^CPU: \d{1,5}(?: UID: \d{1,10})? PID: \d{1,10} Comm: "),
        Lazy(r"^Pid: \d{1,10}, comm: "),
        Lazy(r"^RIP: 0010:|^EIP is at |^PC is at [A-Za-z_]|^NIP \[[0-9a-f]{8,16}\] |^Krnl PSW : "),
        Lazy(r"^Call [Tt]race:|^Backtrace: ?$"),
    ),
    last=True,
    bare=True,
)
