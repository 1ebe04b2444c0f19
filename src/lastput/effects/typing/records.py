"""Members of structs, by the declarations that a file can see."""

from __future__ import annotations

__all__ = ["Member", "Records"]

from functools import lru_cache

import msgspec

from lastput.facts.base import Facts


class Member(msgspec.Struct, frozen=True):
    """``record`` is the tag or typedef of a member, ``pointers`` how many stars it has."""

    record: str
    pointers: int


class Records:
    """Asks the table of structs; remembers what it found."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._defined: dict[str, dict[str, list[tuple[int, Member]]]] = {}
        self.member = lru_cache(maxsize=200_000)(self._member)

    def _fields(self, record: str) -> dict[str, list[tuple[int, Member]]]:
        found = self._defined.get(record)
        if found is None:
            found = self._defined[record] = {}
            for file, field, kind, pointers in self._facts.sql(
                "SELECT file, field, type, pointers FROM records WHERE record = ?", record
            ):
                found.setdefault(field, []).append((file, Member(kind, pointers)))
        return found

    def _member(self, record: str, field: str, file: int) -> Member | None:
        """What the struct ``record``, as ``file`` sees it, declares as ``field``: the file's own declaration
        first, then that of the nearest header. None if there is none, or it is of a plain type."""
        candidates = self._fields(record).get(field, ())
        if not candidates:
            return None
        here = self._facts.path(file)
        ranked = sorted((_distance(here, self._facts.path(home)), index)
                        for index, (home, _) in enumerate(candidates))  # fmt: skip
        (distance, best) = ranked[0]
        return candidates[best][1] if distance < _FOREIGN else None

    def known(self, record: str) -> bool:
        """Whether some file declares members of it."""
        return bool(self._fields(record))


_FOREIGN = 1000


def _distance(here: str, home: str) -> int:
    """How far a declaration in ``home`` is from code in ``here``: 0 in the file itself, then headers of the
    same folders, then those of all; what another .c file declares is its own."""
    if here == home:
        return 0
    if home.endswith(".c"):
        return _FOREIGN
    one, two = here.split("/")[:-1], home.split("/")[:-1]
    common = next(
        (i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )
    if home.startswith("include/"):
        return 50
    apart = len(one) - common + len(two) - common
    return (1 if common == len(one) == len(two) else 10 + apart) if common else 100 + apart
