"""A grace period that does not end."""

from __future__ import annotations

__all__ = ["KIND"]

import msgspec

from lastput.schema.splat import Report, Role
from lastput.splat.draft import Draft
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

_CPUS = Lazy(r"(?:on CPUs?(?:/tasks)?:? ?)?\{ ?(?P<list>[^}]{0,200}?)\}")
_NUMBER = Lazy(r"(?<![\w.])(\d{1,5})(?![\w.]*=)")
_STALLED = Lazy(r"(?:rcu: )?\s*(?P<stalled>\d{1,5})-[O.?!\w]{1,8}:? ?(?:\(|$)")


def _take(draft: Draft, text: str) -> bool:
    match = _STALLED.match(text)
    if match is None:
        return False
    seen = draft.facts.get("stalled", "")
    if match["stalled"] not in seen.split():
        draft.facts["stalled"] = f"{seen} {match['stalled']}".strip()
    return True


def _settle(report: Report) -> Report:
    """Of all the stacks of a stall, that of the CPU or task which holds it up is the report's own."""
    facts = dict(report.facts)
    told = _CPUS.search(report.head)
    if told is not None and "stalled" not in facts:
        facts["stalled"] = " ".join(_NUMBER.findall(told["list"]))
    cpus = {int(one) for one in facts.get("stalled", "").split()}
    blocker = int(facts.get("blocker", "0"))
    stacks = list(report.stacks)
    first = next((at for at, one in enumerate(stacks) if one.role is Role.TASK), -1)
    own = next(
        (at for at, one in enumerate(stacks) if one.role is Role.OTHER_CPU and one.cpu in cpus),
        next((at for at, one in enumerate(stacks) if blocker and one.pid == blocker), -1),
    )
    cpu, pid, comm = report.cpu, report.pid, report.comm
    if own >= 0:
        if first >= 0:
            stacks[first] = msgspec.structs.replace(stacks[first], role=Role.OTHER_CPU)
        stacks[own] = msgspec.structs.replace(stacks[own], role=Role.TASK)
        cpu, pid, comm = stacks[own].cpu, stacks[own].pid, stacks[own].comm
    elif first >= 0 and cpus and cpu >= 0 and cpu not in cpus and "self" not in facts:
        stacks[first] = msgspec.structs.replace(stacks[first], role=Role.OTHER_CPU)
        cpu, pid, comm = min(cpus), 0, ""
    if cpu < 0 and len(cpus) == 1:
        cpu = min(cpus)
    return msgspec.structs.replace(report, facts=facts, stacks=tuple(stacks), cpu=cpu, pid=pid, comm=comm)


KIND = Kind(
    name="rcu-stall",
    source="kernel/rcu/tree_stall.h: print_other_cpu_stall, print_cpu_stall",
    needles=(b"INFO: ",),
    heads=(
        Lazy(r"INFO: (?P<flavour>\w{1,30}) (?P<self>self-)detected (?:expedited )?stall on CPU"),
        Lazy(
            r"INFO: (?P<flavour>\w{1,30}) detected (?P<expedited>expedited )?stalls on (?:CPUs/tasks|tasks)"
        ),
        Lazy(r"INFO: (?P<flavour>\w{1,30}) (?P<self>self-)?detected stalls? on"),
    ),
    details=(
        Lazy(r"(?:rcu: )?\s*Tasks blocked on level-\d rcu_node \(CPUs [\d-]{1,11}\): P(?P<blocker>\d{1,10})"),
        Lazy(r"(?:rcu: )?\s*\((?:detected by (?P<_by>\d{1,5}), )?t=(?P<jiffies>\d{1,20}) jiffies"),
        Lazy(
            r"(?:rcu: )?(?P<starved>\w{1,20} kthread (?:timer wakeup didn't happen|starved)) for "
            r"(?P<starved_for>\d{1,20}) jiffies"
        ),
        Lazy(r"(?:rcu: )?\s*(?:hardirqs|number:|cputime:|Unless |blocking rcu_node)"),
        Lazy(r"blocking rcu_node structures"),
    ),
    stacks=(
        (Lazy(r"(?:rcu: )?RCU grace-period kthread stack dump:"), Role.STARVED),
        (Lazy(r"(?:rcu: )?Stack dump where RCU GP kthread last ran:"), Role.OTHER_CPU),
    ),
    take=_take,
    settle=_settle,
)
