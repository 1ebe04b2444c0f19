"""WARN() and WARN_ON(), with the text before it."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

_SYMBOL = (
    r"(?P<at>[\w.$]{1,200})(?: ?\([\w./+-]{1,200}:\d|\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8}|$| )(?: ?\["
    r"(?P<module>[\w-]{1,64})[^\]]*\])?"
)

KIND = Kind(
    name="warning",
    source="kernel/panic.c: __warn; since 6.18 with the condition; until 3.11 without the task",
    needles=(
        b"WARNING: ",
        b"Badness at ",
    ),
    heads=(
        Lazy(
            rf"WARNING: CPU: (?P<cpu>\d{{1,5}}) PID: (?P<pid>\d{{1,10}}) at "
            rf"(?P<place>[\w./+@-]{{1,240}}:\d{{1,6}}) {_SYMBOL}"
        ),
        Lazy(
            rf"WARNING: CPU: (?P<cpu>\d{{1,5}}) PID: (?P<pid>\d{{1,10}}) at "
            rf"(?P<place>[\w./+@-]{{1,240}}:\d{{1,6}})?(?: ?{_SYMBOL})?"
        ),
        Lazy(
            r"WARNING: (?:\[(?P<condition>.{1,200}?)\] )?(?P<place>[\w./+-]{1,200}:\d{1,6}) at"
            r" (?P<at>[\w.$]{1,200})(?:\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8}| \([^)]{1,200}\))?"
            r"(?: \[(?P<module>[\w-]{1,64})[^\]]*\])?,? CPU#(?P<cpu>\d{1,5}):"
            r" (?P<comm>.{1,24})/(?P<pid>\d{1,10})"
        ),
        Lazy(rf"WARNING: at (?P<place>[\w./+@-]{{1,240}}:\d{{1,6}}) {_SYMBOL}"),
        Lazy(r"WARNING: at (?P<place>[\w./+@-]{1,240}:\d{1,6})"),
        Lazy(r"Badness at (?P<place>[\w./+@-]{1,240}:\d{1,6})"),
        Lazy(r"Badness at (?P<at>[\w.$]{1,200})"),
    ),
)
