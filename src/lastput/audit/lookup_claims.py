"""The claim that an object is found under a lock, and used after it while somebody else ends it."""

from __future__ import annotations

__all__ = ["found_and_used"]

from lastput.audit.claims import claim, site
from lastput.audit.lookups import Search
from lastput.audit.removals import Removal
from lastput.facts.base import Facts
from lastput.schema.claim import Claim
from lastput.schema.finding import Where


def found_and_used(facts: Facts, search: Search, removed: Removal, unlocked: Where, used: Where) -> Claim:
    """``unlocked`` is where the lock that the search held is gone, ``used`` where the object is looked into
    then."""
    function, gone = search.function, removed.function
    found = Where(function.path, search.node.line, 0, function.name)
    lock = search.locks[0]
    here = Where(function.path, lock.line, 0, function.name)
    sites = (
        site("lock", here, thing=lock.object, text=lock.object, detail=lock.kind),
        site("find", found, search.call.name),
        site("unlock", unlocked, thing=lock.object, text=lock.object, detail=lock.kind),
        site("unpublish", Where(gone.path, removed.line, 0, gone.name), text=removed.variable),
        site("free", Where(gone.path, removed.end_line, 0, gone.name), removed.end, text=removed.variable),
        site("use", used),
    )
    return claim(facts, "use-after-free", (found, search.variable), sites)
