"""WARN() and WARN_ON(), with the text before it."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="warning",
    source="kernel/panic.c: __warn",
    needles=(b"WARNING: CPU: ", b", CPU#"),
    heads=(
        re.compile(
            r"WARNING: CPU: (?P<cpu>\d{1,5}) PID: (?P<pid>\d{1,10}) at (?P<place>[\w./+-]{1,200}:\d{1,6})?"
            r"(?: ?(?P<at>[\w.$]{1,200})(?: \([\w./+-]{1,200}:\d|\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8})(?:"
            r" \[(?P<module>[\w-]{1,64})[^\]]*\])?)?"
        ),
        re.compile(
            r"WARNING: (?P<place>[\w./+-]{1,200}:\d{1,6}) at"
            r" (?P<at>[\w.$]{1,200})\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8}"
            r"(?: \[(?P<module>[\w-]{1,64})[^\]]*\])?, CPU#(?P<cpu>\d{1,5}):"
            r" (?P<comm>.{1,20})/(?P<pid>\d{1,10})"
        ),
        re.compile(r"WARNING: CPU: (?P<cpu>\d{1,5}) PID: (?P<pid>\d{1,10}) at (?P<place>\S{1,200})"),
    ),
)
