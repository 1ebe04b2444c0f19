"""What stands before the text of a kernel message: quotes of mail, dates, levels, timestamps, callers.

Prefixes are those of printk (kernel/printk/printk.c: info_print_prefix, print_caller), /dev/kmsg
(Documentation/ABI/testing/dev-kmsg), dmesg(1) with any time format or ``-x``, syslog and journalctl.
"""

from __future__ import annotations

__all__ = ["Line", "clean"]

import re
from typing import NamedTuple

_NOISE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>])|[\r\0\ufeff]")
_QUOTE = re.compile(r"[ \t]{0,4}(?:[>|][ \t]?){1,20}")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"

_PREFIX = re.compile(
    r"[ \t]{0,8}(?:"
    r"<\d{1,3}>"
    rf"|\[ {{0,8}}\+?\d{{1,9}}[.,]\d{{1,9}}\]:?"
    rf"|\[{_DAY} {_MONTH} [ \d]\d [\d:]{{8}} \d{{4}}\]"
    r"|\[ {0,7}(?P<caller>[TC]\d{1,10})\]"
    rf"|{_MONTH} [ \d]\d [\d:]{{8}}(?:\.\d{{1,9}})? "
    rf"|{_DAY} {_MONTH} [ \d]\d [\d:]{{8}} \d{{4}}"
    rf"|\d{{4}}-\d\d-\d\d[T ][\d:]{{8}}(?:[.,]\d{{1,9}})?(?:Z|[+-]\d\d:?\d\d)?"
    r"|(?:kern|user|daemon|syslog) {0,4}:(?:emerg|alert|crit|err|warn|notice|info|debug) {0,4}:"
    r"|\d{1,3},\d{1,12},\d{1,18},[-c+](?:,[^;]{0,80})?;"
    r"|(?:[\w.-]{1,64} )?kernel:"
    r")[ \t]?"
)
_STARTS = frozenset("[< \t0123456789")
_KMSG_CALLER = re.compile(r"caller=([TC]\d{1,10})")


class Line(NamedTuple):
    """``text`` without prefix, noise and outer blanks; ``caller`` is ``T123`` or ``C1`` where printk says."""

    number: int
    caller: str
    text: str


def clean(number: int, raw: bytes) -> Line:
    """One line of a log, without what stands before its text."""
    text = raw[:4096].decode("utf-8", "replace")
    if "\x1b" in text or "\r" in text or "\0" in text or "\ufeff" in text:
        text = _NOISE.sub("", text)
    caller = ""
    position = 0
    quote = _QUOTE.match(text)
    if quote:
        position = quote.end()
    for _ in range(6):
        first = text[position : position + 1]
        if first not in _STARTS and ":" not in text[position : position + 80]:
            break  # the usual case: the text of a message
        match = _PREFIX.match(text, position)
        if match is None:
            break
        caller = match["caller"] or caller
        if not caller and "caller=" in match[0]:
            told = _KMSG_CALLER.search(match[0])
            caller = told[1] if told else ""
        position = match.end()
    return Line(number, caller, text[position:].strip())
