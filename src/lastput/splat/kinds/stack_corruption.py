"""The end of a kernel stack was overwritten."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="stack-corruption",
    source="kernel/sched/core.c: schedule_debug; kernel/panic.c: __stack_chk_fail",
    needles=(
        b"orrupt",
        b"Thread overran stack",
    ),
    heads=(
        Lazy(r"(?P<what>[Cc]orrupted stack end) detected inside scheduler"),
        Lazy(
            r"stack-protector: (?P<what>Kernel stack is corrupted) in: (?P<at>[\w.$]{1,200}|[0-9a-f]{8,16})"
        ),
        Lazy(r"(?P<what>Thread overran stack)"),
    ),
    absorbs=frozenset({"bug", "oops", "panic"}),
)
