"""What stands before the text of a kernel message: quotes of mail, dates, levels, timestamps, callers.

Prefixes are those of printk (kernel/printk/printk.c: info_print_prefix, print_caller), /dev/kmsg
(Documentation/ABI/testing/dev-kmsg), dmesg(1) with any time format or ``-x``, syslog and journalctl.
"""

from __future__ import annotations

__all__ = ["CACHED", "clean"]

import re

_NOISE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>])|[\r\0\ufeff]")
_QUOTES = frozenset(" \t>|")
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
#: How many lines are remembered with what they are: a log that is long mostly repeats itself.
CACHED = 1 << 14
_LONGEST = 4096  # bytes of a line that are read
#: The usual case: dmesg's own prefix, and behind it printable ASCII that cannot begin with another one.
_PLAIN = re.compile(rb"\[ {0,8}\d{1,9}\.\d{6}\] {1,9}([!-/:;=-Z\\-~][ -~]{0,4000})$").match
_STARTS = frozenset("[< \t0123456789")
#: The first three letters of a prefix that begins with a word; others end in ``kernel:``.
_WORDS = frozenset(re.split(r"[|(?:)]+", f"{_MONTH}{_DAY}(?:ker|use|dae|sys)")) - {""}
_KMSG_CALLER = re.compile(r"caller=([TC]\d{1,10})")


def clean(raw: bytes) -> tuple[str, str]:
    """A line's caller (``T123`` or ``C1``, where printk says), and its text without prefix, noise and outer
    blanks."""
    plain = _PLAIN(raw)
    if plain is not None:
        return "", plain[1].decode("ascii").rstrip()
    text = raw[:_LONGEST].decode("utf-8", "replace")
    if not text.isprintable():
        text = _NOISE.sub("", text)
    caller = ""
    position = 0
    if text[:1] in _QUOTES:
        quote = _QUOTE.match(text)
        position = quote.end() if quote else 0
    for _ in range(6):
        if (
            text[position : position + 1] not in _STARTS
            and text[position : position + 3] not in _WORDS
            and "kernel:" not in text[position : position + 80]
        ):
            break
        match = _PREFIX.match(text, position)
        if match is None:
            break
        caller = match["caller"] or caller
        if not caller and "caller=" in match[0]:
            told = _KMSG_CALLER.search(match[0])
            caller = told[1] if told else ""
        position = match.end()
    return caller, text[position:].strip()
