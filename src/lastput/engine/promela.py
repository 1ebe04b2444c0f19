"""Writes a program of the IR as a Promela model, for SPIN: an oracle that nobody here wrote.

One process for each thread that is not a boot thread (those have run), one label for each
location, and one transition for each step, so that the states SPIN stores are the engine's states:
the values of memory, and of each thread its location and registers. What a step does is embedded
C (``promela_step``), values are kept as narrow as they can be (``promela_layout``).

* A step that may lead to several locations is one option for each, behind disjoint guards. Guard and
  body are one atomic sequence: pan stores no state between them (it counts the guards as "atomic
  steps", not as transitions).
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

from collections.abc import Collection

import msgspec

from lastput.engine.program import Kind, Program
from lastput.engine.promela_flow import ERRING, Flow, flow
from lastput.engine.promela_layout import ARRAYS, Coding, Layout, encode, layout
from lastput.engine.promela_runtime import memory_text, report_text
from lastput.engine.promela_step import Home, plain_text, step_name, step_text
from lastput.engine.promela_threads import Family, Threads, families, final_text, threads_text
from lastput.errors import LastputError

_PROCESSES = 250  # SPIN takes 255
_D_STEPS = 2000  # SPIN takes 2048 in a model
_TYPES = ("byte", "short", "int")
_ATOMIC = ":: atomic {"
_STARTED = "now.started[lp_flag[((P0 *)_this)->_pid]]"


def to_promela(
    program: Program,
    initial_state: tuple[int, ...],
    ranges: tuple[tuple[int, int], ...],
    *,
    monitors: bool = True,
    locations: Collection[int] | None = None,
) -> str:
    """The Promela model of ``program`` from ``initial_state`` (that after boot).

    ``ranges`` has the lowest and highest value of each range group. They must hold; with
    ``monitors`` the model prints ``lastput-trap`` if they do not. ``locations`` leaves out all others
    (SPIN and gcc take long over code that is never reached); should one be reached all the same, that
    is a ``lastput-trap`` too. Raises LastputError (``promela-size``) if SPIN cannot hold the model.
    """
    places = layout(program, ranges)
    threads = families(program, initial_state, int(monitors))
    _check_size(program, places, threads)
    model = _Model(program, places, monitors, None if locations is None else frozenset(locations))
    parts = [f"/* {plain_text(program.name)}: written by lastput; use spin -o1 -o2 -o3 -a */"]
    parts += _variables(program, places, initial_state, threads)
    processes = [part for family in threads.families for part in _process(model, family)]
    if not monitors and sum(part.count(_ATOMIC) for part in processes) <= _D_STEPS:
        # A little faster, for pan asks the guard without a transition of its own.
        processes = [part.replace(_ATOMIC, ":: d_step {") for part in processes]
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


class _Model(msgspec.Struct, frozen=True):
    program: Program
    places: Layout
    monitors: bool
    locations: frozenset[int] | None


def _process(model: _Model, family: Family) -> list[str]:
    """The C functions of a family's steps, and its proctype."""
    program = model.program
    thread = program.threads[family.members[0]]
    groups = tuple(program.slots[thread.regs + r].group for r in range(thread.nregs))
    registers = tuple(model.places.codings[group] for group in groups)
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
        lines.append(f"{_label(model, family, here)}:")
        if program.locations[here].kind is Kind.END:
            lines.append("  false;")
        elif model.locations is not None and here not in model.locations:
            lines.append(f"  c_expr {{ ((lp_left_out)({here})) }};")
        else:
            how = flow(program, here, model.monitors)
            parts.append(_block("\n".join(step_text(program, model.places, home, how, here, model.monitors))))
            lines += _options(model, family, home, how, here)
            todo.extend(reversed(how.targets))
    lines.append("}")
    return [*parts, "\n".join(lines)]


def _options(model: _Model, family: Family, home: Home, how: Flow, here: int) -> list[str]:
    """What a process may do at a location: an option for each alternative and successor."""
    name = step_name(home, here)
    started = [_STARTED] if family.parked >= 0 and here == family.entry else []
    lines = [f"  if  /* {plain_text(model.program.locations[here].what)} */"]
    for choice in range(how.choices):
        for index, target in enumerate(how.targets):
            asks = [*started, f"(g{name})({choice}) == {index}"] if how.guarded else started
            to = _label(model, family, family.entry if target == family.parked else target)
            act = f"c_code {{ b{name}({choice}); }}"
            if asks:
                lines.append(f"  {_ATOMIC} c_expr {{ ({' && '.join(asks)}) }}; {act} }}; goto {to}")
            else:
                lines.append(f"  :: {act}; goto {to}")
    if how.errs or not how.targets:
        erring = " || ".join(f"(g{name})({choice}) == {ERRING}" for choice in range(how.choices))
        ask = " && ".join([*started, f"({erring})"])
        lines.append(f"  :: c_expr {{ ({ask}) }} -> goto {_label(model, family, here)}")
    lines.append("  fi;")
    return lines


def _label(model: _Model, family: Family, location: int) -> str:
    where = model.program.locations[location]
    rests = where.rest or where.kind is Kind.END
    # SPIN has no end state that depends on a flag: an unspawned thread must be at one.
    rests = rests or (not model.monitors and location == family.entry and family.parked >= 0)
    return f"end_{location}" if rests else f"L{location}"
