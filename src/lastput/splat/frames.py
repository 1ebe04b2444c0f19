"""Lines of a call trace, of x86 and arm64, plain or decoded by decode_stacktrace.sh or syzkaller.

Formats: arch/x86/kernel/dumpstack.c (printk_stack_address), arch/arm64/kernel/stacktrace.c
(dump_backtrace_entry), kernel/kallsyms.c (__sprint_symbol, with module and build id).
"""

from __future__ import annotations

__all__ = ["frame", "is_module_name", "symbol"]

import re
from functools import lru_cache

from lastput.schema.splat import Frame
from lastput.splat.prefix import CACHED

_NAME = r"[A-Za-z_.$][\w.$]{0,255}"
_MODULE = r"(?: ?\[(?P<module>[A-Za-z0-9_-]{1,64})(?: [0-9a-f]{8,64})?\])?"
_BUILD = r"(?: [0-9a-f]{40}|\s\([0-9a-f]{40}\))?"
_FLAGS = r"(?: \((?P<flags>[A-Z]{1,4})\))?"
_PLACE = r"(?:[ (]{1,2}(?P<place>[\w./+-]{1,200}\.[chS]:\d{1,6})(?: \(discriminator \d+\))?\)?)?"
_FRAME = re.compile(
    r"(?:\[<?[0-9a-fx]{8,18}>?\] ?)?(?P<guess>\? ?)?(?:\[<?[0-9a-fx]{8,18}>?\] ?)?"
    rf"(?P<function>{_NAME})\+0x(?P<offset>[0-9a-f]{{1,8}})/0x(?P<size>[0-9a-f]{{1,8}})"
    rf"{_BUILD}{_MODULE}{_PLACE}{_MODULE.replace('module', 'after')}{_FLAGS}$"
)
_DECODED = re.compile(
    rf"(?P<guess>\? ?)?(?P<function>{_NAME}) \(?(?P<place>[\w./+-]{{1,200}}\.[chS]:\d{{1,6}})"
    r"(?: \(discriminator \d+\))?\)?(?P<inline> [\[(]inlined?[\])])?(?: (?P<module>[A-Za-z0-9_]{1,64}))?$"
)
_RAW = re.compile(r"(?P<guess>\? ?)?(?:\[<)?0x(?P<address>[0-9a-f]{5,16})(?:>\])?$")
_SYMBOL = re.compile(
    rf"(?:(?P<function>{_NAME})\+0x(?P<offset>[0-9a-f]{{1,8}})/0x(?P<size>[0-9a-f]{{1,8}})"
    rf"{_BUILD}{_MODULE}|0x(?P<address>[0-9a-f]{{1,16}}))"
)
_LONE_MODULE = re.compile(r"\[([A-Za-z0-9_-]{1,64})\]$")


@lru_cache(maxsize=CACHED)
def frame(text: str) -> Frame | None:
    """The frame that a stripped line of a call trace is, or None."""
    if "+0x" in text:
        match = _FRAME.match(text)
        if match is None:
            return None
        return Frame(
            function=match["function"],
            module=match["module"] or match["after"] or "",
            offset=int(match["offset"], 16),
            size=int(match["size"], 16),
            reliable=match["guess"] is None,
            place=match["place"] or "",
        )
    if "0x" in text:
        match = _RAW.match(text)
        if match is not None:
            return Frame(address=int(match["address"], 16), reliable=match["guess"] is None)
    if ":" in text:
        match = _DECODED.match(text)
        if match is not None:
            return Frame(
                function=match["function"],
                module=match["module"] or "",
                reliable=match["guess"] is None,
                inline=match["inline"] is not None,
                place=match["place"],
            )
    return None


def symbol(text: str) -> Frame | None:
    """What ``%pS`` printed at the start of ``text``: a symbol, or a bare address."""
    match = _SYMBOL.match(text)
    if match is None:
        return frame(text) if ".c:" in text or ".h:" in text or ".S:" in text else None
    if match["address"]:
        return Frame(address=int(match["address"], 16))
    return Frame(
        function=match["function"],
        module=match["module"] or "",
        offset=int(match["offset"], 16),
        size=int(match["size"], 16),
    )


def is_module_name(text: str) -> str:
    """The module of a line that is ``[kvm]`` alone: the end of a frame that a mail client wrapped."""
    match = _LONE_MODULE.match(text)
    return match[1] if match else ""
