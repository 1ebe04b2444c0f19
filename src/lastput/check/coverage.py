"""What a search has executed of the source: which statements, which functions, which waits."""

from __future__ import annotations

__all__ = ["Coverage", "coverage"]

from collections.abc import Iterable, Iterator

import msgspec

from lastput.engine.program import Program


class Coverage(msgspec.Struct, frozen=True):
    """``lines`` tells of each source line (file, line) that a step begins at, or that calls what does,
    whether some interleaving executed it; ``functions`` the same of each function that was compiled in. What
    boot runs is executed. A line without a step of its own (a declaration, arithmetic on locals that is done
    together with the statement before it) is not in ``lines``.
    """

    lines: dict[tuple[str, int], bool]
    functions: dict[str, bool]

    def executed(self, file: str, line: int) -> bool | None:
        """Whether a step at this line ran; None if no step is there."""
        return self.lines.get((file, line))

    def unexecuted(self, files: Iterable[str]) -> Iterator[tuple[str, int]]:
        """The lines of ``files`` that no interleaving executed, in order."""
        wanted = set(files)
        return (place for place, ran in sorted(self.lines.items()) if not ran and place[0] in wanted)


def coverage(program: Program, executed: tuple[bool, ...]) -> Coverage:
    """The coverage of a search; ``executed`` tells of each location whether a step from it ran."""
    boot = booted(program)
    lines: dict[tuple[str, int], bool] = {}
    functions: dict[str, bool] = {}
    for number, location in enumerate(program.locations):
        ran = number in boot or executed[number]
        calls = [frame.call for frame in location.frames[1:]]
        for place in (location.place, *calls):
            key = (place.file, place.line)
            lines[key] = lines.get(key, False) or ran
        for frame in location.frames:
            functions[frame.function] = functions.get(frame.function, False) or ran
    return Coverage(lines, functions)


def booted(program: Program) -> frozenset[int]:
    """The locations of boot threads: those with their outermost frame."""
    roots = {
        program.locations[thread.start].frames[0].function
        for thread in program.threads
        if thread.boot and program.locations[thread.start].frames
    }
    return frozenset(
        number
        for number, location in enumerate(program.locations)
        if location.frames and location.frames[0].function in roots
    )
