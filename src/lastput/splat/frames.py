"""Lines of a call trace, of every architecture, plain or decoded by decode_stacktrace.sh or syzkaller.

Formats: arch/x86/kernel/dumpstack.c (printk_stack_address), arch/arm64/kernel/stacktrace.c
(dump_backtrace_entry), arch/arm/kernel/traps.c (dump_backtrace_entry), arch/powerpc/kernel/process.c
(show_stack), arch/s390/kernel/dumpstack.c (show_stack), kernel/kallsyms.c (__sprint_symbol, with module
and build id).
"""

from __future__ import annotations

__all__ = ["called_from", "frame", "is_module_name", "symbol"]

import re
from functools import lru_cache

from lastput.schema.splat import Frame
from lastput.splat.prefix import CACHED

_NAME = r"[A-Za-z_.$][\w.$:@<>{}]{0,255}"
_ADDRESS = r"(?:\(?\[<? {0,8}(?:0x)?[0-9a-fA-F]{6,18}>?\] {0,2})"
_PLACE = r"(?:[\w./+@~-]{1,240}\.(?:[chS]|rs):\d{1,6}|\?\?:(?:\?|0))(?: \(discriminator \d{1,9}\))?"
_FRAME = re.compile(
    rf"{_ADDRESS}{{0,2}}(?P<guess>\? {{0,2}})?{_ADDRESS}?"
    rf"(?P<function>{_NAME})\+0x(?P<offset>[0-9a-f]{{1,8}})/0x(?P<size>[0-9a-f]{{1,8}})(?P<rest>.{{0,600}})$"
)
_DECODED = re.compile(
    rf"{_ADDRESS}{{0,2}}(?P<guess>\? {{0,2}})?(?P<function>{_NAME}) "
    rf"(?:\((?P<inside>{_PLACE}(?:[ ,]{{1,2}}{_PLACE}){{0,40}})\)|(?P<places>{_PLACE}(?: {_PLACE}){{0,40}}))"
    r"(?P<rest>.{0,200})$"
)
#: What may stand behind a symbol: the module, the build id, places, flags of arm64, notes.
_REST = re.compile(
    r"[ \t]{0,8}(?:"
    r"\[(?P<inline>inlined?)\]|\(inlined\)"
    r"|\[(?P<module>[A-Za-z0-9_-]{1,64})(?: [0-9a-f]{8,64})?\]"
    r"|\([0-9a-f]{40}\)|[0-9a-f]{40}\b"
    rf"|\(?(?P<place>{_PLACE}(?:[ ,]{{1,2}}{_PLACE}){{0,40}})\)?"
    r"|\((?P<flags>[A-Z]{1,4})\)|\((?P<unreliable>unreliable)\)|\(discriminator \d{1,9}\)|\)"
    r"|(?P<bare>[A-Za-z][A-Za-z0-9_]{1,63})$"  # decode_stacktrace.sh: the module, without brackets
    r")"
)
_RAW = re.compile(
    rf"{_ADDRESS}{{0,2}}(?P<guess>\? {{0,2}})?(?:\(?\[<)?0x(?P<address>[0-9a-f]{{5,16}})(?:>\])?"
    r"(?P<unreliable> \(unreliable\))?\)?$"
)
_BARE_ADDRESS = re.compile(r"\(?\[<(?:0x)?(?P<address>[0-9a-f]{8,16})>\](?: \(null\))?\)?$")
_SYMBOL = re.compile(
    rf"(?:(?P<function>{_NAME})\+0x(?P<offset>[0-9a-f]{{1,8}})/0x(?P<size>[0-9a-f]{{1,8}})"
    r"(?: [0-9a-f]{40}|\s\([0-9a-f]{40}\))?(?: ?\[(?P<module>[A-Za-z0-9_-]{1,64})(?: [0-9a-f]{8,64})?\])?"
    r"|0x(?P<address>[0-9a-f]{1,16})(?![0-9a-fx/]))"
)
_FROM = re.compile(
    rf"(?:\[<[0-9a-f]{{8,16}}>\] )?\(?(?P<callee>{_NAME})(?:\+0x[0-9a-f]{{1,8}}/0x[0-9a-f]{{1,8}})?"
    r"(?: \[(?P<its>[\w-]{1,64})\])?\)? from (?:\[<[0-9a-f]{8,16}>\] )?"
    rf"\(?(?P<function>{_NAME})\+0x(?P<offset>[0-9a-f]{{1,8}})/0x(?P<size>[0-9a-f]{{1,8}})"
    r"(?: \[(?P<module>[\w-]{1,64})(?: [0-9a-f]{8,64})?\])?\)?(?: r\d{1,2}:.{0,200})?$"
)
_LONE_MODULE = re.compile(r"\[([A-Za-z0-9_-]{1,64})\]$")


@lru_cache(maxsize=CACHED)
def frame(text: str) -> Frame | None:
    """The frame that a stripped line of a call trace is, or None."""
    if "+0x" in text:
        match = _FRAME.match(text)
        if match is None:
            return None
        module, place, _, reliable = "", "", False, match["guess"] is None
        if match["rest"]:
            rest = _behind(match["rest"])
            if rest is None:
                return None
            module, place, _, sure = rest
            reliable = reliable and sure
        return Frame(
            function=match["function"],
            module=module,
            offset=int(match["offset"], 16),
            size=int(match["size"], 16),
            reliable=reliable,
            place=place,
        )
    if "0x" in text or text.startswith("[<"):
        match = _RAW.match(text) or _BARE_ADDRESS.match(text)
        if match is not None:
            told = match.groupdict()
            return Frame(
                address=int(match["address"], 16),
                reliable=told.get("guess") is None and told.get("unreliable") is None,
            )
    if ":" in text:
        return _decoded(text)
    return None


def _decoded(text: str) -> Frame | None:
    match = _DECODED.match(text)
    if match is None:
        return None
    rest = _behind(match["rest"])
    if rest is None:
        return None
    module, _, inline, reliable = rest
    return Frame(
        function=match["function"],
        module=module,
        reliable=reliable and match["guess"] is None,
        inline=inline,
        place=_last(match["inside"] or match["places"]),
    )


def _behind(text: str) -> tuple[str, str, bool, bool] | None:
    """(module, place, inline, reliable) out of what follows a symbol; None if it is no end of a frame."""
    module = place = ""
    inline, reliable = False, True
    position = 0
    while position < len(text):
        if text[position:].isspace():
            break
        match = _REST.match(text, position)
        if match is None:
            return None
        module = match["module"] or match["bare"] or module
        place = _last(match["place"]) if match["place"] else place
        inline = inline or match["inline"] is not None or match[0].endswith("(inlined)")
        reliable = reliable and match["unreliable"] is None
        position = match.end()
    return module, place, inline, reliable


def _last(places: str) -> str:
    """The place in the function itself: those before it are of what was inlined there."""
    found = re.findall(r"[\w./+@~-]{1,240}\.(?:[chS]|rs):\d{1,6}", places)
    return found[-1].removeprefix("./") if found else ""


@lru_cache(maxsize=CACHED)
def called_from(text: str) -> tuple[Frame, Frame] | None:
    """``f from g+0x20/0xac`` of ARM: the function and its caller."""
    match = _FROM.match(text)
    if match is None:
        return None
    return (
        Frame(match["callee"], match["its"] or ""),
        Frame(match["function"], match["module"] or "", int(match["offset"], 16), int(match["size"], 16)),
    )


def symbol(text: str) -> Frame | None:
    """What ``%pS`` printed at the start of ``text``: a symbol, or a bare address."""
    match = _SYMBOL.match(text)
    if match is None:
        return frame(text) if ".c:" in text or ".h:" in text or ".S:" in text or ".rs:" in text else None
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
