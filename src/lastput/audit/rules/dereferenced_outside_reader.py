"""rcu_dereference() is called outside of a reader.

What it finds
    A function that gets a pointer by ``rcu_dereference()`` and looks into the object, where no RCU reader has
    begun and no spinlock is held, on a way from an entry that runs in a process of its own.

Why it breaks
    Nothing makes the updater wait: it may have replaced the pointer, waited for all readers, and freed the
    object.

Example
    static void foo_complete(struct foo *foo, int idx)      /* from a worker */
    {
            wcid = rcu_dereference(foo->wcid[idx]);
            foo_account(wcid->sta);                         /* may be gone */
    }

Instead
    Call rcu_read_lock() before it, and rcu_read_unlock() after the last use.

How lastput knows
    Neither the function nor a caller on the way holds a lock or has begun a reader where the next one is
    called; the way begins with a work item, a kernel thread, a sysfs or a file operation. Calls through
    tables of the driver are followed.

Known limits
    A reader that is begun under a name that lastput does not know is not seen.

History
    Reported on Linux 6.12.117: 1 place with default confidence.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import itertools
import re
from collections.abc import Iterator

from lastput.audit.entered import Bare, Entered
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.facts.roles import roles
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF018"
NAME = "dereferenced-outside-reader"

_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")
_CALLS = (
    "SELECT c.function, c.arguments, c.line, c.result FROM names n CROSS JOIN call_row c ON c.name = n.id"
    " WHERE n.name = 'rcu_dereference' AND c.receiver = '' AND c.use = 'assigned' ORDER BY c.function, c.seq"
)
_BEGINS = re.compile(
    r"rcu_read_lock|guard\(rcu|guard\s*\(\s*rcu|local_bh_disable|preempt_disable|_lock_bh\b|rcu_lock|lock\w*rcu"
)


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each function."""
    bodies, entered = facts.once(Bodies), facts.once(Entered)
    seen: set[int] = set()
    for function, arguments, line, result in facts.sql(_CALLS):
        fact = facts.function(function)
        text = bodies.text(function)
        if function in seen or fact.path.startswith(_PROGRAMS) or _BEGINS.search(text):
            continue
        if not result.isidentifier() or not re.search(
            rf"(?<![\w.>]){result}\s*->|\(\s*{result}\s*[,)]", text
        ):
            continue
        seen.add(function)
        held = entered.at(function, "rcu_dereference", line)
        bare = entered.bare(function) if held is not None and not held else None
        if bare is not None and not any(_reads(facts, *pair) for pair in itertools.pairwise(bare.functions)):
            yield _finding(facts, fact, arguments, line, result, bare)


def _reads(facts: Facts, caller: int, callee: int) -> bool:
    """Whether a function may begin a reader before it comes to the call of the next one, by name or through a
    table."""
    text = facts.once(Bodies).text(caller)
    names = [facts.function(callee).name]
    names += [one.via.rpartition(".")[2] for one in roles(facts, callee) if one.role == "ops"]
    calls = [found.start() for name in names for found in re.finditer(rf"\b{name}\s*\(", text)]
    return _BEGINS.search(text, 0, max(calls, default=len(text))) is not None


def _finding(
    facts: Facts, function: FunctionFact, arguments: str, line: int, result: str, bare: Bare
) -> Finding:
    at = Where(function.path, line, 0, function.name)
    entry = facts.function(bare.functions[0])
    top = Where(entry.path, entry.line, 0, entry.name)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{function.name}() calls rcu_dereference({arguments}) outside of a reader",
        where=at,
        kind="rcu",
        site="rcu_dereference",
        object=arguments,
        statement=f"{result} = rcu_dereference({arguments});",
        causes=(
            Cause(top, f"{entry.name}() is entered as {bare.how}, with nothing held"),
            Cause(at, f"{result} is looked into, and no reader keeps it"),
        ),
        evidence=(
            Evidence("role", f"{entry.name}() runs as {bare.how}", where=top),
            Evidence("lock", "no rcu_read_lock() on the way, and no spinlock", searched=(top, at)),
        ),
        chain=tuple(
            Link(fact.name, Where(fact.path, fact.line, 0, fact.name))
            for fact in map(facts.function, bare.functions)
        ),
        remedy=f"call rcu_read_lock() before it, and rcu_read_unlock() after the last use of {result}",
        claim=Claim(
            "use-after-free",
            arguments,
            (Site("use", at.path, at.line, at.function, arguments, result, "rcu_dereference"),),
            missing="rcu_read_lock()",
        ),
    )
