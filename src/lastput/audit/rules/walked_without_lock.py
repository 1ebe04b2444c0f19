"""A list is walked without the lock under which its entries are taken off and freed.

What it finds
    A function that user space comes to walks a list and holds no lock. Another function of the
    directory takes objects of that struct off such a list under a lock, and frees them.

Why it breaks
    The entry that the walker stands on may be freed while it looks into it, and the next one with it.

Example
    static ssize_t ids_show(struct device_driver *driver, char *buf)
    {
            list_for_each_entry(id, &foo->ids, node)        /* no lock */
                    len += sysfs_emit_at(buf, len, "%x\\n", id->vendor);
    }
    static ssize_t remove_id_store(...)
    {
            guard(mutex)(&ids_lock);
            list_del(&id->node);
            kfree(id);
    }

Instead
    Take the lock around the walk.

How lastput knows
    No lock is held before the loop, nor at any call on a way from an entry (sysfs, a file) down to the
    function. The struct and the member that links its objects are the same
    in both places. Neither function calls the other, nor does one function call both.

Known limits
    Two lists that link objects of one struct by one member are taken for one. A lock that core code holds
    around the entry is not seen.

History
    Reported on Linux 6.12.117: 3 places with default confidence.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator

from lastput.audit.entered import Bare, Entered
from lastput.audit.lookups import Search, searches, walking
from lastput.audit.meanwhile import Meanwhile
from lastput.audit.removals import Removal
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF017"
NAME = "walked-without-lock"
#: A lock of any kind, or a word that one is held: under a name that is not known, perhaps.
_LOCKS = re.compile(r"\b(?!\w*(?:b|c|un)lock)\w*lock\w*\s*\(|\bguard\b|mutex|RTNL")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each walk."""
    bodies, meanwhile = facts.once(Bodies), facts.once(Meanwhile)
    for key, functions in sorted(facts.once(walking).items()):
        if key not in meanwhile.removals.calls or not key[1]:
            continue
        for identifier in functions:
            if _LOCKS.search(bodies.text(identifier)):
                continue
            for search in searches(bodies, identifier):
                if search.loop and not search.call.name.endswith("_rcu"):
                    found = _judge(facts, meanwhile, search, key[0])
                    if found is not None:
                        yield found
                        break


def _judge(facts: Facts, meanwhile: Meanwhile, search: Search, directory: str) -> Finding | None:
    function = search.function
    if search.held.get(search.node.index) or function.section or search.call.name.endswith("_safe"):
        return None
    removed = next(
        (
            one
            for one in meanwhile.removals.of(directory, search.struct, search.field)
            if one.locks
            and "free" in one.end
            and one.function.id != function.id
            and not one.function.section
            and not meanwhile.together(function.id, one.function)
        ),
        None,
    )
    if removed is None:
        return None
    bare = facts.once(Entered).bare(function.id)
    bodies = facts.once(Bodies)
    if bare is None or any(_LOCKS.search(bodies.text(one)) for one in bare.functions):
        return None
    return _finding(facts, search, removed, bare) if bare.user else None


def _finding(facts: Facts, search: Search, removed: Removal, bare: Bare) -> Finding:
    function, gone = search.function, removed.function
    lock = min(removed.locks)
    entry = facts.function(bare.functions[0])
    at = Where(function.path, search.node.line, 0, function.name)
    take = Where(gone.path, removed.line, 0, gone.name)
    end = Where(gone.path, removed.end_line, 0, gone.name)
    top = Where(entry.path, entry.line, 0, entry.name)
    thing = f"struct {search.struct}"
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{function.name}() walks the list of {thing} without {lock}, under which entries are freed",
        where=at,
        kind="list",
        site=search.call.name,
        object=search.variable,
        statement=search.node.text,
        causes=(
            Cause(at, f"{search.variable} goes along the list; no lock is held"),
            Cause(take, f"{gone.name}() takes an entry off it, holding {lock}"),
            Cause(end, f"and frees it: {removed.end}({removed.variable})"),
        ),
        evidence=(
            Evidence("role", f"{entry.name}() is entered as {bare.how}, with nothing held", where=top),
            Evidence("lock", f"{lock} is held where entries are taken off", where=take),
        ),
        chain=tuple(
            Link(fact.name, Where(fact.path, fact.line, 0, fact.name))
            for fact in map(facts.function, bare.functions)
        ),
        remedy=f"hold {lock} around the walk",
        claim=Claim(
            "use-after-free",
            thing,
            (
                Site("use", at.path, at.line, at.function, thing, search.variable, search.call.name),
                Site("unpublish", take.path, take.line, take.function, thing, removed.variable),
                Site("free", end.path, end.line, end.function, thing, removed.variable, removed.end),
            ),
            missing=f"lock {lock}",
        ),
    )
