"""debugobjects: a timer or work item that is freed, or initialised again, while it is active."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="odebug",
    source="lib/debugobjects.c: debug_print_object",
    needles=(b"ODEBUG: ",),
    heads=(
        re.compile(
            r"ODEBUG: (?P<what>[a-z_]{1,20}) (?P<state>active|inactive|destroyed|not"
            r" available|initialized|none)"
            r".{0,80}?object type: (?P<type>\w{1,40})(?: hint: (?P<hint>[\w.$]{1,200})?)?"
        ),
        re.compile(
            r"ODEBUG: (?P<what>[a-z_]{1,20}) (?P<state>active|inactive|destroyed|not available|initialized)"
        ),
    ),
    absorbs=frozenset({"warning"}),
)
