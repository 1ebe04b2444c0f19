"""Which names each function of a file calls."""

from __future__ import annotations

__all__ = ["Called"]

from collections.abc import Collection

from lastput.facts.base import Facts


class Called:
    """Reads the calls of a file when they are first asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._files: dict[int, dict[str, frozenset[str]]] = {}

    def of(self, file: int) -> dict[str, frozenset[str]]:
        """The names that are called, by the name of the function."""
        found = self._files.get(file)
        if found is None:
            calls: dict[str, set[str]] = {}
            for name, callee in self._facts.sql(
                "SELECT f.name, n.name FROM functions f CROSS JOIN call_row c ON c.function = f.id"
                " CROSS JOIN names n ON n.id = c.name WHERE f.file = ?", file,
            ):  # fmt: skip
                calls.setdefault(name, set()).add(callee)
            found = self._files[file] = {name: frozenset(names) for name, names in calls.items()}
        return found

    def calling(self, file: int, names: Collection[str]) -> frozenset[str]:
        """The functions of a file that call one of ``names``."""
        wanted = frozenset(names)
        return frozenset(name for name, called in self.of(file).items() if called & wanted)
