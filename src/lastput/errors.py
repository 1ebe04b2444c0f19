"""The one root of every error that lastput reports to its user.

An error is two lines for the user: what and where, then what to do. Exit codes: 0 clean,
1 findings or UNSAFE, 2 the tool or its input failed.
"""

from __future__ import annotations

__all__ = ["InternalError", "LastputError", "Place"]

import msgspec


class Place(msgspec.Struct, frozen=True):
    """A place in a source file; ``line`` and ``column`` count from 1, 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


class LastputError(Exception):
    """What a user can mend.

    ``slug`` is stable and names the entry of the messages page, ``what`` says what was met,
    ``place`` where, ``remedy`` the way out.
    """

    def __init__(self, slug: str, what: str, remedy: str, place: Place | None = None) -> None:
        super().__init__(what)
        self.slug = slug
        self.what = what
        self.remedy = remedy
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.slug, self.what, self.remedy, self.place)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.what} [{self.slug}]\n  {self.remedy}"


class InternalError(LastputError):
    """A fault of lastput itself: printed with version, platform and arguments."""

    def __init__(self, what: str, place: Place | None = None) -> None:
        super().__init__("internal", what, "this is a bug in lastput; please report it with the input", place)


def _again(kind: type[LastputError], slug: str, what: str, remedy: str, place: Place | None) -> LastputError:
    """An error that comes from another process."""
    error = kind.__new__(kind)
    LastputError.__init__(error, slug, what, remedy, place)
    return error
