"""What never happened in a search that found nothing: is the model vacuous?"""

from __future__ import annotations

__all__ = ["never"]

from collections.abc import Callable

from lastput.check.coverage import booted
from lastput.check.trace.kernelwords import HOLDS, is_hidden
from lastput.engine.program import Location, Program
from lastput.errors import Place

_MOST = 8  # names in a list


def never(
    program: Program, executed: tuple[bool, ...], blocked: tuple[bool, ...], own: Callable[[str], bool]
) -> tuple[str, ...]:
    """Sentences about code that no interleaving reached, and about waits that never waited.

    ``executed`` and ``blocked`` tell of each location whether a step from it ran, and whether one was
    found not enabled. Only functions and calls in files that are ``own`` are told (the test's, not the
    modelled kernel's); what boot runs counts as reached.
    """
    boot = booted(program)
    entered: dict[str, bool] = {}
    waited: dict[str, bool] = {}
    for number, location in enumerate(program.locations):
        for frame in location.frames:
            if not is_hidden(frame.function) and own(_file(location, frame.function)):
                ran = number in boot or executed[number]
                entered[frame.function] = entered.get(frame.function, False) or ran
        name = _waiter(location, own) if location.waits and number not in boot else ""
        if name and executed[number]:
            waited[name] = waited.get(name, False) or blocked[number]
    told = []
    told += [f"never succeeded: {name}" for name in _refused(program, executed, boot, own)]
    functions = [name for name, was in entered.items() if not was]
    waits = [name for name, was in waited.items() if not was]
    if functions:
        told.append(f"never entered: {_list(functions)}")
    if waits:
        told.append(f"never had to wait: {_list(waits)}")
    return tuple(told)


def _refused(
    program: Program, executed: tuple[bool, ...], boot: frozenset[int], own: Callable[[str], bool]
) -> list[str]:
    """The calls of rmmod() by own code that never unload their module."""
    freed: dict[tuple[Place, str], bool] = {}
    for number, location in enumerate(program.locations):
        for at, frame in enumerate(location.frames):
            if frame.function == "rmmod" and own(frame.call.file):
                key = (frame.call, f"rmmod({frame.args})")
                inside = any(one.function == "free_module" for one in location.frames[at:])
                freed[key] = freed.get(key, False) or (inside and (executed[number] or number in boot))
    done = {name for (_, name), was in freed.items() if was}
    return list(dict.fromkeys(name for (_, name), was in freed.items() if not was and name not in done))


def _file(location: Location, function: str) -> str:
    """The file of a function: where the call below it stands, or the location itself."""
    frames = location.frames
    index = max(number for number, frame in enumerate(frames) if frame.function == function)
    return frames[index + 1].call.file if index + 1 < len(frames) else location.place.file


def _waiter(location: Location, own: Callable[[str], bool]) -> str:
    """The function that waits, if own code calls it and it is one whose waiting a test is about (locks
    are not)."""
    for frame in reversed(location.frames):
        if frame.function in HOLDS and HOLDS[frame.function][0] == "holds":
            return ""
        if own(frame.call.file):
            return frame.function if frame.function in HOLDS else ""
    return ""


def _list(names: list[str]) -> str:
    shown = ", ".join(f"{name}()" for name in sorted(names)[:_MOST])
    return shown + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
