"""KCSAN: two accesses that nothing orders."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.schema.splat import Role
from lastput.splat.draft import Draft
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

_ACCESS = Lazy(
    r"(?:race at unknown origin, with )?(?P<access>(?:assert no )?(?:read|write|read-write|accesses)"
    r"(?:-write)?(?: \(.{1,30}\))?(?: \(reordered\))?)"
    r"(?: \([\w-]+\))? to (?P<address>0x[0-9a-f]{1,16}|\(?\w+\)?) of (?P<bytes>\d{1,6}) bytes by"
    r" (?:task (?P<pid>\d{1,10})|(?P<interrupt>interrupt)) on cpu (?P<cpu>\d{1,5})"
)


def _take(draft: Draft, text: str) -> bool:
    match = _ACCESS.match(text)
    if match is None:
        return False
    first = "access" not in draft.facts
    draft.facts.setdefault("access" if first else "other_access", match["access"])
    draft.facts.setdefault("unknown_origin", "yes") if text.startswith("race at unknown") else None
    pid = int(match["pid"] or 0)
    if first:
        draft.learn(
            {"address": match["address"], "bytes": match["bytes"], "pid": match["pid"], "cpu": match["cpu"]}
        )
    draft.open_stack(Role.TASK if first else Role.RACING, cpu=int(match["cpu"]), pid=pid)
    return True


KIND = Kind(
    name="kcsan",
    source="kernel/kcsan/report.c: print_report",
    needles=(b"BUG: ",),
    heads=(
        Lazy(
            r"BUG: KCSAN: (?P<what>[\w-]{1,40}(?:: race)?) in (?P<at>[\w.$]{1,200})(?: \[[\w-]+\])?"
            r"(?: / (?P<other>[\w.$]{1,200}))?"
        ),
    ),
    details=(
        Lazy(r"value changed: (?P<before>0x[0-9a-f]+) -> (?P<after>0x[0-9a-f]+)"),
        Lazy(r"Reported by Kernel Concurrency Sanitizer"),
    ),
    take=_take,
    end=Lazy(r"={60,80}$"),
)
