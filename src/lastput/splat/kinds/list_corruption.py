"""Linked-list pointers that do not agree."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="list-corruption",
    source="lib/list_debug.c: __list_add_valid_or_report, __list_del_entry_valid_or_report",
    needles=(
        b"orrupt",
        b"list_add double add",
    ),
    heads=(
        Lazy(
            r"(?P<operation>list_del)(?:_rcu)? corruption, (?P<entry>[0-9a-f]{8,16})->(?P<link>next|prev) is"
            r" (?P<poison>LIST_POISON[12]|NULL)"
        ),
        Lazy(r"(?P<operation>list_add|list_del)(?:_rcu)? corruption[.,] (?P<what>.{1,200})"),
        Lazy(r"(?P<operation>list_add) (?P<what>double add): new=(?P<entry>[0-9a-f]{8,16})"),
        Lazy(r"(?P<operation>list_add|list_del)(?:_rcu)? corruption"),
    ),
    absorbs=frozenset({"bug", "oops", "warning"}),
)
