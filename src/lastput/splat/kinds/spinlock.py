"""The checks of CONFIG_DEBUG_SPINLOCK: a spinlock that is none, is held by this CPU, or does not come."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="spinlock",
    source="kernel/locking/spinlock_debug.c: spin_bug",
    needles=(b"BUG: ",),
    heads=(
        Lazy(
            r"BUG: (?:spinlock|rwlock) (?P<what>bad magic|wrong CPU|wrong owner|already unlocked"
            r"|lockup suspected|lockup"
            r"|recursion|trylock failure on UP|cpu recursion|uninitialized|wrong cpu)"
            r"(?: on CPU#(?P<cpu>\d{1,5}), (?P<comm>.{1,24})/(?P<pid>\d{1,10}))?"
        ),
    ),
    details=(
        Lazy(
            r"lock: (?P<lock>\S{1,100}(?: \[[\w-]+\])?), \.magic: (?P<magic>[0-9a-f]{8}), \.owner: "
            r"(?P<owner>.{1,30}?), \.owner_cpu"
        ),
    ),
)
