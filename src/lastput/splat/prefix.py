"""What stands before the text of a kernel message: quotes of mail, dates, levels, timestamps, callers.

Prefixes are those of printk (kernel/printk/printk.c: info_print_prefix, print_caller), /dev/kmsg
(Documentation/ABI/testing/dev-kmsg), dmesg(1) with any time format or ``-x``, syslog (RFC 3164, RFC 5424)
and journalctl in any language, logcat, and those that capture serial lines. Two anchors do for most of
them: a stamp in seconds, or ``kernel:``, behind something that is no message itself.
"""

from __future__ import annotations

__all__ = ["CACHED", "PLAIN", "clean", "has_oddities", "split"]

import html
import re

_NOISE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>])|\^\[\[[0-9;]*m|[\r\0\ufeff\u200b␍␊]")
_ESCAPES = re.compile(r"#(?:011|033\[[0-9;]*m|015)|\\x0[ad]|\\[tr](?![a-z])")
_ENTITY = re.compile(r"&(?:gt|lt|amp|quot|nbsp|apos|#\d{1,5}|#x[0-9a-fA-F]{1,4});")
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\(<?https?://[^\s)]{1,400}\)|<https?://[^\s>]{1,400}>")
_LINES = re.compile(rb"#012|(?<!\\)\\n(?=[ \[<A-Z])")
_QUOTES = frozenset(" \t>|")
_QUOTE = re.compile(r"[ \t]{0,4}(?:[>|][ \t]?){1,20}")

_SECONDS = r"\[ {0,8}\+?\d{1,9}[.,]\d{1,9}(?:@\d{1,3})?\]:?(?:@\d{1,3})?"
_CLOCK = r"\d{1,2}:\d\d:\d\d(?:[.,:]\d{1,9})?"
_ZONE = r"(?: ?(?:Z|[+-]\d\d:?\d\d|[A-Z]{2,5}))?"
_PREFIX = re.compile(
    r"[ \t]{0,8}(?:"
    r"<(?:\d{1,3}|c\d{1,2})>"
    rf"|{_SECONDS}"
    r"|\[ {0,7}(?P<caller>[TC]\d{1,10})\](?:@\d{1,3})?"
    rf"|\[[^\[\]<>+]{{0,40}}?{_CLOCK}[^\[\]<>+]{{0,16}}\]"  # dmesg -T, and terminals
    rf"|\d{{4}}-\d\d-\d\d[T ]?{_CLOCK}{_ZONE}(?=[ \t\[<:])"
    # Sun Nov 22 18:20:01 2026, in any language, with or without day and year
    r"|(?:[^\s\d\[\]<>()+:]{1,12}[ \t]{1,2}){0,3}(?:\d{1,4}[^\s\d:+]{0,8}[ \t]{1,2}){0,3}"
    rf"(?:\d{{4}}-\d\d-\d\d )?{_CLOCK}{_ZONE}(?: \d{{4}})?(?=[ \t\[<])"
    r"|\d{1,2} (?=\d{4}-\d\d-\d\dT)"  # RFC 5424: the version
    r"|(?:kern|user|daemon|syslog) {0,4}:(?:emerg|alert|crit|err|warn|notice|info|debug) {0,4}:"
    r"|\d{1,3},\d{1,12},\d{1,18},[-c+](?:,[^;]{0,80})?;"
    r"|(?:[\w.-]{1,64} )?kernel(?:\[\d{1,6}\])?:"
    r"|[\w.-]{1,64} kernel [\w.-]{1,20} [\w.-]{1,20} (?:-|\[[^\]]{1,200}\])(?: \ufeff?)"
    # Android: logcat, and what some boards put behind the stamp
    r"|\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,9} {1,6}(?:\w{1,12} {1,6})?\d{1,6} {1,6}\d{1,6} [VDIWEF] [^:]{0,24}:"
    r"|[VDIWEF]/[\w .-]{1,24}(?:\( {0,5}\d{1,6}\))?:"
    r"|-?\(\d{1,2}\)\[\d{1,6}:[^\]]{1,24}\]"
    r"|[VDIWEF]?\[ ?\d{1,2}: {0,20}[^\]:<>]{1,20}: {0,6}\d{1,6}\]"
    r"|MESSAGE="
    r"|(?:#|//|\*|;)(?=[ \t][ \t]*\S)"
    r")[ \t]?"
)
#: A stamp, or ``kernel:``, behind what no expression above knows: other languages, captures of serial lines.
_ANCHOR = re.compile(
    r".{0,100}?(?:\[ {0,8}\d{1,9}\.\d{3,9}\](?:\[ {0,7}(?P<caller>[TC]\d{1,10})\])?|(?:^|[\s>])kernel"
    r"(?:\[\d{1,6}\])?:) ?"
)
_MESSAGE = re.compile(r"BUG|WARNING|INFO|Oops|\+0x|Call |Unable|fault|panic|refcount_t|sysrq|watchdog|rcu:")
#: How many lines are remembered with what they are: a log that is long mostly repeats itself.
CACHED = 1 << 14
_LONGEST = 4096  # bytes of a line that are read
#: The usual case: dmesg's own prefix, and behind it printable ASCII that cannot begin with another one.
PLAIN = re.compile(
    rb"\[ {0,8}\d{1,9}\.\d{6}\] {0,9}"
    rb"((?:[!\"$%'(),./:=?-Z\]-~]|<[/A-Z]|\[<|-[->]|#[\dP]|\*\*|>f|\d{1,3} l|\d\.\d)[ -%'-\[\]-~]{0,4000}|)$"
).match
_KMSG_CALLER = re.compile(r"caller=([TC]\d{1,10})")
_STARTS = frozenset("[< \t0123456789#/*;-(")
_LETTER = re.compile(r"[A-Za-z]+/|[VDIWEF]\[|MESSAGE=")


def has_oddities(some: bytes) -> bool:
    """Whether lines hold what must be undone even behind dmesg's own prefix: links, lines made one."""
    return b"http" in some or b"#012" in some or b"\\n" in some


def split(raw: bytes) -> list[bytes]:
    """The lines that a logger wrote as one, with ``#012`` or ``\\n`` between them."""
    return _LINES.split(raw)


def clean(raw: bytes) -> tuple[str, str, bool]:
    """A line's caller (``T123`` or ``C1``, where printk says), its text without prefix, noise and outer
    blanks, and whether there was a prefix of a logger: a line without one may go on the line before."""
    plain = PLAIN(raw)
    if plain is not None and not has_oddities(raw):
        return "", plain[1].decode("ascii").rstrip(), True
    text = _text(raw)
    caller = ""
    position = 0
    if text[:1] in _QUOTES:
        quote = _QUOTE.match(text)
        position = quote.end() if quote else 0
    stamped = False
    for _ in range(8):
        if not _may_be_prefix(text, position):
            break
        match = _PREFIX.match(text, position)
        if match is None:
            break
        caller = match["caller"] or caller
        if not caller and "caller=" in match[0]:
            told = _KMSG_CALLER.search(match[0])
            caller = told[1] if told else ""
        stamped = stamped or not match[0].lstrip().startswith(("#", "/", "*", ";"))
        position = match.end()
    match = _anchor(text, position)
    if match is not None:
        caller, position, stamped = match["caller"] or caller, match.end(), True
        behind = _PREFIX.match(text, position)
        if behind is not None and _may_be_prefix(text, position):
            caller, position = behind["caller"] or caller, behind.end()
    return caller, text[position:].strip(" \t`\xa0"), stamped


def _text(raw: bytes) -> str:
    """The line as it was meant: without colours, entities, links and escapes."""
    text = raw[:_LONGEST].decode("utf-8", "replace")
    if not text.isprintable():
        text = _NOISE.sub("", text).replace("\xa0", " ")
    elif "␍" in text or "^[[" in text:
        text = _NOISE.sub("", text)
    if "&" in text and ";" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]).replace("\xa0", " "), text)
    if "http" in text:
        text = _LINK.sub(lambda match: match[1] or "", text)
    if "#0" in text or "\\" in text:
        text = _ESCAPES.sub(" ", text).replace("\\_", "_").replace("\\*", "*")
    return text


def _may_be_prefix(text: str, position: int) -> bool:
    first = text[position : position + 1]
    if first in _STARTS:
        return True
    some = text[position : position + 80]
    return (
        "kernel" in some
        or (":" in some and any(one.isdigit() for one in some[:40]) and ":" in some[:40])
        or _LETTER.match(some) is not None
        or some.startswith(("kern", "user", "daemon", "syslog"))
    )


def _anchor(text: str, position: int) -> re.Match[str] | None:
    some = text[position : position + 120]
    if "kernel" not in some and "." not in some:
        return None
    match = _ANCHOR.match(text, position)
    if match is None or match.end() - position < 3 or _MESSAGE.search(text, position, match.end()):
        return None
    return match
