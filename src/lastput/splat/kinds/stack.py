"""A call trace whose headline is missing: the log begins too late, or a debugger printed it."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="stack",
    source="kernel/sched/core.c: sched_show_task; lib/dump_stack.c: dump_stack",
    needles=(b"Call Trace:", b"Call trace:", b" Comm: ", b"RIP: 0010", b" state:D"),
    heads=(
        re.compile(
            r"^(?:task:(?P<comm>.{1,30}?) {1,15}state:(?P<state>[A-Za-z])\b.{0,60}?\bpid: ?(?P<pid>\d{1,10}))"
        ),
        re.compile(r"^CPU: \d{1,5}(?: UID: \d{1,10})? PID: \d{1,10} Comm: "),
        re.compile(r"^RIP: 0010:"),
        re.compile(r"^Call [Tt]race:"),
    ),
    last=True,
    bare=True,
)
