"""Writes a program of the IR as a Promela model, for SPIN: an oracle that nobody here wrote.

One process for each thread that is not a boot thread (those have run), one label for each
location, and one transition for each step, so that the states SPIN stores are the engine's states:
the values of memory, and of each thread its location and registers. What a step does is embedded
C (``promela_step``), values are kept as narrow as they can be (``promela_layout``).

* A step that may lead to several locations is one option for each, behind disjoint guards.
* A thread that waits to be spawned stands at its entry, with ``started[..]`` 0; SPAWN sets that flag
  and register 0, so being started is no step of its own.
* A thread that has finished stands at an end label for ever.
* With ``monitors``, erring steps change nothing (a loop to the same label: a transition to a state
  that is there already) and print ``lastput-finding: SLUG``, once a class. A process ``monitor``, which
  never moves, looks at the states in which nothing moves for deadlock and leak. Run pan with
  ``-E``. Its constant location is in every state and tells no two apart.
* Without, the model is what a SPIN user would write: errors are pan's errors, places of rest are
  its end labels, leaks are not looked for, and values are not checked to be in their ranges.
"""

from __future__ import annotations

__all__ = ["to_promela"]

from lastput.engine.program import Kind, Program
from lastput.engine.promela_flow import ERRING, flow
from lastput.engine.promela_layout import ARRAYS, Coding, Layout, encode, layout
from lastput.engine.promela_runtime import memory_text, report_text
from lastput.engine.promela_step import Home, plain_text, step_name, step_text
from lastput.engine.promela_threads import Family, Threads, families, final_text, threads_text
from lastput.errors import LastputError

_PROCESSES = 250  # SPIN takes 255
_TYPES = ("byte", "short", "int")
_STARTED = "now.started[lp_flag[((P0 *)_this)->_pid]]"


def to_promela(
    program: Program,
    initial_state: tuple[int, ...],
    ranges: tuple[tuple[int, int], ...],
    *,
    monitors: bool = True,
) -> str:
    """The Promela model of ``program`` from ``initial_state`` (that after boot).

    ``ranges`` has the lowest and highest value of each range group. They must hold; with
    ``monitors`` the model prints ``lastput-trap`` if they do not. Raises LastputError
    (``promela-size``) if SPIN cannot hold the model.
    """
    places = layout(program, ranges)
    threads = families(program, initial_state, int(monitors))
    _check_size(program, places, threads)
    parts = [f"/* {plain_text(program.name)}: written by lastput; use spin -o1 -o2 -o3 -a */"]
    parts += _variables(program, places, initial_state, threads)
    processes = [part for family in threads.families for part in _process(program, places, family, monitors)]
    held = any("lp_hold()" in part for part in processes)
    pieces = [report_text(monitors), *memory_text(program, places, len(threads.flags), held, monitors)]
    pieces += threads_text(program, places, threads, monitors)
    parts += [_block(piece) for piece in pieces if piece]
    if monitors:
        parts.append(_block(final_text(program, places, threads)))
        parts.append(_MONITOR)
    return "\n\n".join([*parts, *processes]) + "\n"


_MONITOR = """active proctype monitor()
{
end_monitor:
  do
  :: (timeout && c_expr { (lp_final)() })
  od
}"""


def _block(text: str) -> str:
    return f"c_code {{\n{text.strip()}\n}}"


def _check_size(program: Program, places: Layout, threads: Threads) -> None:
    if len(threads.pids) > _PROCESSES:
        raise LastputError(
            "promela-size",
            f"{program.name} has {len(threads.pids)} threads",
            f"SPIN takes {_PROCESSES} processes: make the model smaller",
        )
    for slot in program.slots:
        how = places.codings[slot.group]
        if how.bits > 32:
            raise LastputError(
                "promela-size",
                f"{slot.name} has values from {how.low} to {how.high}",
                "Promela has 32-bit numbers: keep the values smaller",
            )


def _variables(program: Program, places: Layout, state: tuple[int, ...], threads: Threads) -> list[str]:
    lines = []
    first = 0
    for name, ctype, count in zip(ARRAYS, _TYPES, places.counts, strict=False):
        if count:
            slots = places.order[first : first + count]
            values = [encode(places.codings[program.slots[s].group], state[s]) for s in slots]
            lines.append(f"{ctype} {name}[{count}] = {{ {', '.join(map(str, values))} }};")
        first += count
    if threads.flags:
        rows = [program.threads[number] for number in threads.flags]
        values = [int(state[thread.pc] != thread.start) for thread in rows]
        lines.append(f"bool started[{len(values)}] = {{ {', '.join(map(str, values))} }};")
    return lines


def _register(number: int, how: Coding, value: int) -> str:
    kept = encode(how, value)
    if how.bits == 1:
        return f"  bit r{number} = {kept};"
    if how.bits < 8:
        return f"  unsigned r{number} : {how.bits} = {kept};"
    return f"  {_TYPES[how.array]} r{number} = {kept};"


def _process(program: Program, places: Layout, family: Family, monitors: bool) -> list[str]:
    """The C functions of a family's steps, and its proctype."""
    thread = program.threads[family.members[0]]
    groups = tuple(program.slots[thread.regs + r].group for r in range(thread.nregs))
    registers = tuple(places.codings[group] for group in groups)
    home = Home(family.number, registers, groups, family.parked)
    parts = []
    lines = [f"active [{len(family.members)}] proctype {family.name}()", "{"]
    lines += [_register(r, how, family.registers[r]) for r, how in enumerate(registers) if how.bits]
    todo = [family.entry, family.begin]
    seen = {family.parked}
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        where = program.locations[here]
        lines.append(f"{_label(program, family, here, monitors)}:")
        if where.kind is Kind.END:
            lines.append("  false;")
            continue
        how = flow(program, here, monitors)
        name = step_name(home, here)
        parts += [_block("\n".join(step_text(program, places, home, how, here, monitors)))]
        parked = family.parked >= 0 and here == family.entry
        lines.append(f"  if  /* {plain_text(where.what)} */")
        for choice in range(how.choices):
            for index, target in enumerate(how.targets):
                asks = [_STARTED] if parked else []
                if how.guarded:
                    asks.append(f"(g{name})({choice}) == {index}")
                act = f"c_code {{ b{name}({choice}); }}"
                if asks:
                    act = f"d_step {{ c_expr {{ ({' && '.join(asks)}) }}; {act} }}"
                to = family.entry if target == family.parked else target
                lines.append(f"  :: {act}; goto {_label(program, family, to, monitors)}")
        if how.errs or not how.targets:
            erring = " || ".join(f"(g{name})({choice}) == {ERRING}" for choice in range(how.choices))
            ask = f"{_STARTED} && ({erring})" if parked else erring
            lines.append(f"  :: c_expr {{ ({ask}) }} -> goto {_label(program, family, here, monitors)}")
        lines.append("  fi;")
        todo.extend(reversed(how.targets))
    lines.append("}")
    return [*parts, "\n".join(lines)]


def _label(program: Program, family: Family, location: int, monitors: bool) -> str:
    where = program.locations[location]
    rests = where.rest or where.kind is Kind.END
    # SPIN has no end state that depends on a flag: an unspawned thread must be at one.
    rests = rests or (not monitors and location == family.entry and family.parked >= 0)
    return f"end_{location}" if rests else f"L{location}"
