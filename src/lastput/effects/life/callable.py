"""Which structs lead to functions: whoever holds one of them can call into the module that made it."""

from __future__ import annotations

__all__ = ["Callable"]

import re
from collections import Counter

from lastput.facts.base import Facts

#: Names of types of functions, where a member has one.
_FUNCTION = re.compile(r"(?:_fn|_func|_handler|_callback|_cb|_hook|hookfn)(?:_t)?$")
#: A struct is a table of functions if at least this part of its members are functions.
_TABLE = 0.3


class Callable:
    """Reads the members of all structs once."""

    def __init__(self, facts: Facts) -> None:
        functions: Counter[str] = Counter()
        size: Counter[str] = Counter()
        points: dict[str, set[str]] = {}
        for record, kind in facts.sql("SELECT record, type FROM records"):
            size[record] += 1
            if kind == "function pointer" or _FUNCTION.search(kind):
                functions[record] += 1
            else:
                points.setdefault(record, set()).add(kind)
        self._functions = functions
        self._tables = {one for one, number in functions.items() if number >= _TABLE * size[one]}
        self._points = points

    def table(self, record: str) -> bool:
        """Whether a struct is little more than a table of functions."""
        return record in self._tables

    def tables(self, record: str) -> frozenset[str]:
        """The tables of functions that a struct is seen to have or to point to."""
        return frozenset(self._points.get(record, frozenset()) & self._tables)

    def of(self, record: str) -> bool:
        """Whether a struct has a function among its members, or one that is or points to a table of them."""
        return bool(self._functions[record]) or bool(self._points.get(record, frozenset()) & self._tables)
