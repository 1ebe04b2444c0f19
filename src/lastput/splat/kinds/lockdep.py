"""lockdep: locks that are taken in an order, or in a context, that can deadlock."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.schema.splat import Role
from lastput.splat.draft import Draft
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

_WANTS = Lazy(
    r"(?P<comm>.{1,24})/(?P<pid>\d{1,10})(?: \[HC.{1,40}\])? (?:is trying to (?:acquire|release|contend)"
    r" (?:lock)?|takes:|just changed)"
)
_CHAIN = Lazy(r"-> #(?P<depth>\d{1,4}) \((?P<name>.{1,160}?)\)\{")
_RELEASES = Lazy(
    r"(?P<comm>.{1,24})/(?P<pid>\d{1,10}) is trying to (?:release|contend) lock \((?P<lock>.{1,160}?)\) at:"
)
_FREES = Lazy(
    r"(?P<comm>.{1,24})/(?P<pid>\d{1,10}) is (?P<freeing>freeing memory|leaving the kernel|exiting)"
)
_SCENARIO = Lazy(
    r"(?:r?lock\(|<Interrupt>|CPU0|----|\*\*\* DEADLOCK|Chain exists of|Possible |May be due|[-=]{20,80}$)"
)
#: Stacks before that of the report: where each state of a lock was seen first.
_SEEN = Lazy(
    r"\{[\w-]{1,40}\} state was registered at:|(?:IN-|INITIAL |\w{0,20}HARDIRQ|\w{0,20}SOFTIRQ"
    r"|\w{0,20}RECLAIM).{0,40} at:$"
    r"|\.{3} ?(?:acquired|key {1,4}) ?at:|\.\.\. (?:which became .{1,60}|acquired) at:|(?:holding"
    r"|acquired) .{0,60} at:$"
)


def _take(draft: Draft, text: str) -> bool:
    match = _RELEASES.match(text) or _FREES.match(text)
    if match is not None:
        draft.learn(match.groupdict())
        if text.endswith(" at:"):
            draft.open_stack(Role.LOCK, "released here")
        return True
    match = _WANTS.match(text)
    if match is not None:
        draft.learn(match.groupdict())
        draft.role, draft.holder = "wants", f"{match['comm']}/{match['pid']}"
        return True
    if text.startswith(("but task is already holding", "and this task is already holding")):
        draft.role = "holds"
        return True
    match = _CHAIN.match(text)
    if match is not None:
        draft.open_stack(Role.LOCK, match["name"])
        return True
    if _SEEN.match(text) is not None:
        draft.open_stack(Role.LOCK, text[:60])
        return True
    if text.startswith(("which lock already depends", "the existing dependency chain", "other info that")):
        return True
    return _SCENARIO.match(text) is not None


KIND = Kind(
    name="lockdep",
    source="kernel/locking/lockdep.c: print_circular_bug, print_deadlock_bug, print_usage_bug",
    needles=(
        b"WARNING: ",
        b"INFO: ",
        b"BUG: ",
    ),
    heads=(
        Lazy(
            r"(?:WARNING|INFO): possible (?P<what>circular locking dependency|recursive locking"
            r"|irq lock inversion)"
        ),
        Lazy(
            r"(?:WARNING|INFO|BUG): (?P<what>inconsistent lock state|bad unlock balance|held lock freed"
            r"|lock held when"
            r"|nested lock was not taken|bad contention|lock held at task exit)"
        ),
        Lazy(r"(?:WARNING|INFO): .{1,60}(?P<what>unsafe lock order) detected"),
        Lazy(r"(?:WARNING|INFO|BUG): .{1,40}(?P<what>still has locks held)!"),
        Lazy(r"INFO: (?P<what>trying to register non-static key)"),
    ),
    details=(
        Lazy(r"inconsistent \{(?P<before>[\w-]{1,30})\} -> \{(?P<now>[\w-]{1,30})\} usage"),
        Lazy(r"but there are no more locks to release!|the code is fine but needs lockdep|turning off the"),
    ),
    take=_take,
)
