"""lockdep: locks that are taken in an order, or in a context, that can deadlock."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.draft import Draft
from lastput.splat.kinds import Kind

_WANTS = re.compile(
    r"(?P<comm>.{1,20})/(?P<pid>\d{1,10})(?: \[HC.{1,40}\])? (?:is trying to (?:acquire|release|contend)"
    r" (?:lock)?|takes:|just changed)"
)
_CHAIN = re.compile(r"-> #(?P<depth>\d{1,4}) \((?P<name>.{1,160}?)\)\{")
_RELEASES = re.compile(
    r"(?P<comm>.{1,20})/(?P<pid>\d{1,10}) is trying to (?:release|contend) lock \((?P<lock>.{1,160}?)\) at:"
)
_FREES = re.compile(r"(?P<comm>.{1,20})/(?P<pid>\d{1,10}) is (?P<freeing>freeing memory|leaving the kernel)")
_SCENARIO = re.compile(
    r"(?:r?lock\(|<Interrupt>|CPU0|----|\*\*\* DEADLOCK|Chain exists of|Possible |May be due|[-=]{20,80}$)"
)


def _take(draft: Draft, text: str) -> bool:
    match = _RELEASES.match(text) or _FREES.match(text)
    if match is not None:
        draft.learn(match.groupdict())
        return True
    match = _WANTS.match(text)
    if match is not None:
        draft.learn(match.groupdict())
        draft.role, draft.holder = "wants", f"{match['comm']}/{match['pid']}"
        return True
    if text.startswith(("but task is already holding lock", "and this task is already holding")):
        draft.role = "holds"
        return True
    match = _CHAIN.match(text)
    if match is not None:
        draft.open_stack(f"lock {match['name']}")
        return True
    if text.startswith(("which lock already depends", "the existing dependency chain", "other info that")):
        return True
    return _SCENARIO.match(text) is not None


KIND = Kind(
    name="lockdep",
    source="kernel/locking/lockdep.c: print_circular_bug, print_deadlock_bug, print_usage_bug",
    needles=(
        b"WARNING: possible ",
        b"WARNING: inconsistent lock state",
        b"WARNING: bad unlock balance",
        b"WARNING: held lock freed",
        b"WARNING: lock held when",
        b"unsafe lock order detected",
        b"still has locks held!",
    ),
    heads=(
        re.compile(
            r"WARNING: possible (?P<what>circular locking dependency|recursive locking|irq lock inversion)"
        ),
        re.compile(
            r"WARNING: (?P<what>inconsistent lock state|bad unlock balance|held lock freed|lock held when)"
        ),
        re.compile(r"WARNING: .{1,60}(?P<what>unsafe lock order) detected"),
        re.compile(r"WARNING: .{1,40}(?P<what>still has locks held)!"),
    ),
    details=(
        re.compile(r"inconsistent \{(?P<before>[\w-]{1,30})\} -> \{(?P<now>[\w-]{1,30})\} usage"),
        re.compile(r"\{[\w-]{1,30}\} state was registered at:"),
    ),
    take=_take,
)
