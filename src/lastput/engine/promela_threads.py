"""How threads of the IR become processes of Promela: who is alike, who waits to be spawned.

Threads that run the same code and begin alike are instances of one proctype, a *family*.
"""

from __future__ import annotations

__all__ = ["Family", "Threads", "families", "final_text", "threads_text"]

import msgspec

from lastput.engine.program import LIFE_ALIVE, ErrorClass, Kind, Program
from lastput.engine.promela_layout import Layout, stored
from lastput.engine.promela_runtime import table


class Family(msgspec.Struct, frozen=True):
    """``number`` is that of the proctype, as in pan's type ``P<number>``; ``members`` are threads.

    They stand at location ``begin`` at first, with ``registers``. ``parked`` is the location that
    means "not spawned yet" (its place is taken by ``entry`` and a flag), -1 if they are never spawned.
    """

    number: int
    name: str
    members: tuple[int, ...]
    begin: int
    entry: int
    parked: int
    registers: tuple[int, ...]


class Threads(msgspec.Struct, frozen=True):
    """``pids`` gives each thread its process; ``flags`` those that are spawned their ``started`` flag."""

    families: tuple[Family, ...]
    pids: dict[int, int]
    flags: dict[int, int]


def families(program: Program, state: tuple[int, ...], first: int) -> Threads:
    """Sorts the threads of ``program`` in ``state``; proctypes and pids count from ``first``."""
    alike: dict[tuple[int, ...], list[int]] = {}
    for number, thread in enumerate(program.threads):
        if thread.boot:
            continue
        parks = thread.start != thread.entry and program.locations[thread.start].kind is Kind.END
        parked = thread.start if parks else -1
        begin = thread.entry if state[thread.pc] == parked else state[thread.pc]
        registers = state[thread.regs : thread.regs + thread.nregs]
        alike.setdefault((thread.code, begin, thread.entry, parked, *registers), []).append(number)
    found: list[Family] = []
    for (_, begin, entry, parked, *values), members in alike.items():
        number = len(found) + first
        word = "".join(ch for ch in program.threads[members[0]].name if ch.isascii() and ch.isalnum())
        found.append(Family(number, f"p{number}_{word}", tuple(members), begin, entry, parked, tuple(values)))
    order = [member for family in found for member in family.members]
    spawned = [member for family in found if family.parked >= 0 for member in family.members]
    return Threads(
        tuple(found),
        {member: pid for pid, member in enumerate(order, first)},
        {member: flag for flag, member in enumerate(spawned)},
    )


def threads_text(program: Program, layout: Layout, threads: Threads, checked: bool) -> list[str]:
    """Pieces of C: what a process is, and SPAWN."""
    count = max(threads.pids.values(), default=0) + 1
    tasks, flags = [0] * count, [-1] * count
    for number, pid in threads.pids.items():
        task = program.threads[number].task
        tasks[pid] = program.objects[task].base if task >= 0 else 0
        flags[pid] = threads.flags.get(number, -1)
    pieces = [table("lp_task", tasks), table("lp_flag", flags)]
    numbers = {member: family.number for family in threads.families for member in family.members}
    for code in sorted({thread.code for thread in program.threads}):
        lines = [f"static lp_int lp_spawn{code}(lp_int v, int ask)", "{ (void)v; (void)ask;"]
        for number, thread in enumerate(program.threads):
            if thread.code != code or number not in threads.flags:
                continue
            flag = len(layout.order) + threads.flags[number]
            argument = ""
            if thread.nregs:
                group = program.slots[thread.regs].group
                place = f"((P{numbers[number]} *)Pptr({threads.pids[number]}))->r0"
                act = stored(layout.codings[group], place, "v", group, checked)
                argument = f"if (!ask) {{ {act} }} "
            task = tasks[threads.pids[number]]
            lines.append(f"if (!lp_get({flag})) {{ lp_put({flag}, 1); {argument}return {task}; }}")
        lines.append(f'lp_trap("too many threads are spawned on code", {code}); return 0; }}')
        pieces.append("\n".join(lines))
    return pieces


def final_text(program: Program, layout: Layout, threads: Threads) -> str:
    """What ``monitor`` asks of a state in which nothing moves; always false, so it is no step."""
    watched = [
        layout.index[program.objects[number].life]
        for pool in program.pools
        if pool.leaks
        for number in pool.objects
        if program.objects[number].life >= 0
    ]
    counted = [
        number if number < 0 else layout.index[number]
        for count in program.counts
        for number in (program.objects[count.object].life, count.value, count.limit)
    ]
    here = " && (lp_flag[i] < 0 || now.started[lp_flag[i]])" if threads.flags else ""
    return f"""{table("lp_watched", watched)}
{table("lp_counted", counted)}
static int lp_final(void)
{{ int i;
for (i = 1; i < now._nr_pr; i++)
{{ P0 *z = (P0 *)Pptr(i);
if (!stopstate[z->_t][z->_p]{here})
{{ lp_error({1 << ErrorClass.DEADLOCK}u, "a state in which nothing moves"); return 0; }} }}
for (i = 0; i < {len(watched)}; i++) if (lp_get(lp_watched[i]) == {LIFE_ALIVE})
{{ lp_error({1 << ErrorClass.LEAK}u, "the end"); return 0; }}
for (i = 0; i < {len(counted)}; i += 3)
if ((lp_counted[i] < 0 || lp_get(lp_counted[i]) == {LIFE_ALIVE}) &&
lp_get(lp_counted[i + 1]) > lp_get(lp_counted[i + 2]))
{{ lp_error({1 << ErrorClass.LEAK}u, "the end"); return 0; }}
return 0; }}"""
