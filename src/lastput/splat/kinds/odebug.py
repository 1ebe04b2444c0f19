"""debugobjects: a timer or work item that is freed, or initialised again, while it is active."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

_STATES = r"(?P<state>active|inactive|destroyed|not available|not initialized|initialized|none)"

KIND = Kind(
    name="odebug",
    source="lib/debugobjects.c: debug_print_object",
    needles=(b"ODEBUG: ",),
    heads=(
        Lazy(
            rf"ODEBUG: (?P<what>[a-z_]{{1,20}}) {_STATES}"
            r".{0,80}?object(?:: \S{1,40} object)? type: (?P<type>\w{1,40})(?: hint: "
            r"(?P<hint>[\w.$]{1,200})?)?"
        ),
        Lazy(rf"ODEBUG: (?P<what>[a-z_]{{1,20}}) {_STATES}"),
    ),
    absorbs=frozenset({"warning"}),
)
