"""A task that slept in D state for minutes."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="hung-task",
    source="kernel/hung_task.c: check_hung_task",
    needles=(b"INFO: ",),
    heads=(
        Lazy(
            r"INFO: task (?P<comm>.{1,24}):(?P<pid>\d{1,10}) blocked (?P<io>in I/O wait )?for more than"
            r" (?P<seconds>\d{1,10})"
        ),
        Lazy(
            r"INFO: task (?P<comm>.{1,24}):(?P<pid>\d{1,10}) (?P<what>can't die) for more than "
            r"(?P<seconds>\d{1,10})"
        ),
    ),
    details=(
        Lazy(r'"echo 0 > /proc/sys/kernel/hung_task_timeout_secs"'),
        Lazy(
            r"INFO: task .{1,24}:(?P<_pid>\d{1,10}) (?:is|<reader> is|<writer> is) blocked on an? "
            r"(?P<blocked_on>[\w-]{1,20})"
            r"(?:,? but the owner is not found|(?: likely)? (?:last )?owned by task "
            r"(?P<owner>.{1,24}:\d{1,10}))"
        ),
        Lazy(r"INFO: task .{1,30} (?:<\w+> )?is blocked on an? (?P<blocked_on>[\w-]{1,20})"),
    ),
)
