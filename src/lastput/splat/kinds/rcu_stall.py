"""A grace period that does not end."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="rcu-stall",
    source="kernel/rcu/tree_stall.h: print_other_cpu_stall, print_cpu_stall",
    needles=(b"detected stall", b"self-detected stall", b"detected expedited stall"),
    heads=(
        re.compile(r"INFO: (?P<flavour>\w{1,30}) (?P<self>self-)detected stall on CPU"),
        re.compile(r"INFO: (?P<flavour>\w{1,30}) detected (?P<expedited>expedited )?stalls on CPUs/tasks"),
    ),
    details=(
        re.compile(r"(?:rcu: )?\s*(?P<stalled>\d{1,5})-[O.?!\w]{1,8}: \((?P<ticks>\d{1,20}) "),
        re.compile(
            r"(?:rcu: )?\s*Tasks blocked on level-\d rcu_node \(CPUs [\d-]{1,11}\): P(?P<blocker>\d{1,10})"
        ),
        re.compile(r"(?:rcu: )?\s*\((?:detected by (?P<_by>\d{1,5}), )?t=(?P<jiffies>\d{1,20}) jiffies"),
        re.compile(r"(?:rcu: )?(?P<starved>\w{1,20} kthread starved) for (?P<starved_for>\d{1,20}) jiffies"),
        re.compile(
            r"(?:rcu: )?\s*(?:hardirqs|number:|cputime:|Unless |RCU grace-period kthread|Stack dump where)"
        ),
        re.compile(r"(?:Sending NMI from CPU|Task dump for CPU)"),
    ),
)
