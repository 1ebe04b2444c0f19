"""WARN() and WARN_ON(), with the text before it."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

_SYMBOL = (
    r"(?P<at>[\w.$]{1,200})(?: ?\([\w./+-]{1,200}:\d|\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8}|$| )(?: ?\["
    r"(?P<module>[\w-]{1,64})[^\]]*\])?"
)

KIND = Kind(
    name="warning",
    source="kernel/panic.c: __warn; since 6.18 with the condition; until 3.11 without the task",
    needles=(b"WARNING: CPU: ", b", CPU#", b"WARNING: at ", b"Badness at "),
    heads=(
        re.compile(
            rf"WARNING: CPU: (?P<cpu>\d{{1,5}}) PID: (?P<pid>\d{{1,10}}) at "
            rf"(?P<place>[\w./+@-]{{1,240}}:\d{{1,6}}) {_SYMBOL}"
        ),
        re.compile(
            rf"WARNING: CPU: (?P<cpu>\d{{1,5}}) PID: (?P<pid>\d{{1,10}}) at "
            rf"(?P<place>[\w./+@-]{{1,240}}:\d{{1,6}})?(?: ?{_SYMBOL})?"
        ),
        re.compile(
            r"WARNING: (?:\[(?P<condition>.{1,200}?)\] )?(?P<place>[\w./+-]{1,200}:\d{1,6}) at"
            r" (?P<at>[\w.$]{1,200})(?:\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8}| \([^)]{1,200}\))?"
            r"(?: \[(?P<module>[\w-]{1,64})[^\]]*\])?,? CPU#(?P<cpu>\d{1,5}):"
            r" (?P<comm>.{1,24})/(?P<pid>\d{1,10})"
        ),
        re.compile(rf"WARNING: at (?P<place>[\w./+@-]{{1,240}}:\d{{1,6}}) {_SYMBOL}"),
        re.compile(r"WARNING: at (?P<place>[\w./+@-]{1,240}:\d{1,6})"),
        re.compile(r"Badness at (?P<place>[\w./+@-]{1,240}:\d{1,6})"),
        re.compile(r"Badness at (?P<at>[\w.$]{1,200})"),
        re.compile(r"WARNING: CPU: (?P<cpu>\d{1,5}) PID: (?P<pid>\d{1,10}) at (?P<place>\S{1,200})"),
    ),
)
