"""Who holds which lock, and who wants it: from the lists that lockdep prints of all tasks."""

from __future__ import annotations

__all__ = ["Holders"]

from collections.abc import Sequence

from lastput.schema.splat import Lock, Report
from lastput.splat.kernel import LOCK_WAITS, base_name
from lastput.splat.view import View

_LONGEST = 8  # of a chain of waiting tasks


class Holders:
    """The held locks of a log ("Showing all locks held in the system", SysRq-d), by task."""

    def __init__(self, log: Sequence[Report]) -> None:
        self._held: dict[str, list[Lock]] = {}
        for report in log:
            found: dict[str, list[Lock]] = {}
            for lock in report.locks:
                if lock.rank >= 0 and lock.by:
                    found.setdefault(lock.by, []).append(lock)
            self._held.update(
                {who: sorted(locks, key=lambda lock: lock.rank) for who, locks in found.items()}
            )
        self._hung = {
            View(one).task: View(one, log) for one in log if one.kind in ("hung-task", "stack") and one.comm
        }

    def __bool__(self) -> bool:
        return bool(self._held)

    def hung(self, task: str) -> View | None:
        """The report of a task that hangs, too."""
        return self._hung.get(task)

    def wanted(self, view: View) -> Lock | None:
        """The lock that a hung task waits for: lockdep lists it last, taken in a frame of its stack."""
        locks = self._held.get(view.task, [])
        if not locks or view.first_of(LOCK_WAITS) < 0:
            return None
        last = locks[-1]
        return last if not last.at or base_name(last.at) in view.names else None

    def owned(self, task: str) -> list[Lock]:
        """The locks that a task has for certain: all but the one that it may wait for."""
        locks = self._held.get(task, [])
        view = self._hung.get(task)
        if view is None:
            return locks[:-1]
        return [lock for lock in locks if lock != self.wanted(view)]

    def of(self, lock: Lock) -> list[str]:
        """The tasks that hold a lock for certain."""
        return [task for task in self._held if any(_same(lock, one) for one in self.owned(task))]

    def circle(self, view: View) -> list[tuple[str, Lock]]:
        """(task, lock that it waits for) from ``view`` along the locks until it comes round, or []."""
        path: list[tuple[str, Lock]] = []
        task = view.task
        while len(path) < _LONGEST:
            here = view if task == view.task else self._hung.get(task)
            lock = self.wanted(here) if here else None
            if lock is None:
                return []
            path.append((task, lock))
            owners = self.of(lock)
            if view.task in owners:
                return path
            if len(owners) != 1 or any(owners[0] == one for one, _ in path):
                return []
            task = owners[0]
        return []


def _same(one: Lock, other: Lock) -> bool:
    if one.address and other.address:
        return one.address == other.address
    return one.name == other.name and one.name.startswith(("rtnl", "pernet", "cgroup", "event_mutex"))
