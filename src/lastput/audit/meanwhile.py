"""Whether an object that was found may be taken off its list and given up while someone looks into it."""

from __future__ import annotations

__all__ = ["Meanwhile"]

from lastput.audit.locks_above import LocksAbove
from lastput.audit.lookups import Search, lock_fields
from lastput.audit.removals import Removal, Removals
from lastput.facts.api import API
from lastput.facts.base import Facts, FunctionFact, member
from lastput.facts.resolve import callers, resolve

_DEPTH = 3
_MANY = 60
_LOCKS = frozenset(name for one in API.lock for name in (*one.lock, *one.try_lock))


class Meanwhile:
    """Asks the directory of a search for removals of what it finds."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.above = facts.once(LocksAbove)
        self.removals = facts.once(Removals)

    def removal(self, search: Search, user: int, held: frozenset[str]) -> Removal | None:
        """A removal, under a lock of the search, that may run while ``user`` looks into the object.

        ``held`` are the locks that the user holds then, by their last names: a removal that takes one of
        them has to wait. What is called by the user, or from where the user is called, runs in its context.
        """
        directory = search.function.path.rpartition("/")[0]
        for removed in self.removals.of(directory, search.struct, search.field):
            if (
                removed.end
                and removed.function.id not in (user, search.function.id)
                and removed.locks & lock_fields(search.locks)
                and not held & self._shut(removed.function)
                and not self.together(user, removed.function)
            ):
                return removed
        return None

    def _shut(self, function: FunctionFact) -> frozenset[str]:
        """Locks that a function takes, or is called with."""
        taken = (call for call in self._facts.calls_in(function.id) if call.name in _LOCKS)
        return self.above.of(function.id) | {member(call.argument(0)) for call in taken}

    def together(self, user: int, removal: FunctionFact) -> bool:
        """Whether one calls the other, up to three calls down, or one function calls both."""
        beside = {call.function for call in callers(self._facts, removal.id)}
        if beside & {call.function for call in callers(self._facts, user)}:
            return True
        seen = {user}
        level = [user]
        file = self._facts.function(user).file
        for _ in range(_DEPTH):
            names = [one.name for each in level for one in self._facts.calls_in(each) if not one.receiver]
            if removal.name in names:
                return True
            level = [one for name in names for one in resolve(self._facts, name, file) if one not in seen]
            level = level[:_MANY]
            seen.update(level)
        return False
