"""What happens to a log between the kernel and the reader: each function makes a log noisier."""

from __future__ import annotations

from collections.abc import Callable

CHATTER = (
    "usb 1-1: new high-speed USB device number 4 using xhci_hcd",
    "e1000e 0000:00:19.0 eth0: NIC Link is Up 1000 Mbps",
    "audit: type=1400 audit(1700000000.1:22): apparmor=STATUS",
)


def _each(text: str, prefix: Callable[[int], str], end: str = "") -> str:
    return "".join(f"{prefix(at)}{line}{end}\n" for at, line in enumerate(text.splitlines()))


def timestamps(text: str) -> str:
    return _each(text, lambda at: f"[{100 + at / 1000:12.6f}] ")


def callers(text: str) -> str:
    return _each(text, lambda at: f"[{100 + at / 1000:12.6f}][    T7] ")


def human_time(text: str) -> str:
    return _each(text, lambda at: f"[Sun Nov 22 18:20:{at % 60:02d} 2026] ")


def syslog(text: str) -> str:
    return _each(text, lambda at: f"Nov 22 18:20:{at % 60:02d} box kernel: [{100 + at / 1000:12.6f}] ")


def journal(text: str) -> str:
    return _each(text, lambda at: f"2026-11-22T18:20:{at % 60:02d}.{at:06d}+00:00 box kernel: ")


def levels(text: str) -> str:
    return _each(text, lambda at: f"<{at % 8}>")


def serial(text: str) -> str:
    return _each(text, lambda at: "\x1b[0;31m", "\x1b[0m\r")


def quoted(text: str) -> str:
    return "Hello,\n\n" + _each(text, lambda at: "> > ") + "\nRegards\n"


def chatter(text: str) -> str:
    """Other messages in between."""
    rows: list[str] = []
    for at, line in enumerate(text.splitlines()):
        rows.append(line)
        if at % 4 == 3:
            rows.append(CHATTER[at % len(CHATTER)])
    return "\n".join(rows) + "\n"


def mixed(text: str) -> str:
    """Two CPUs print the same at once, line by line; the second one as task 8 does."""
    rows: list[str] = []
    for at, line in enumerate(text.splitlines()):
        rows.append(f"[{100 + at / 1000:12.6f}][    T7] {line}")
        rows.append(f"[{100 + at / 1000:12.6f}][    T8] {line}")
    return "\n".join(rows) + "\n"


ALL = (timestamps, callers, human_time, syslog, journal, levels, serial, quoted, chatter, mixed)


def french(text: str) -> str:
    return _each(text, lambda at: f"jeu avr  8 08:57:{at % 60:02d} 2021 ")


def russian(text: str) -> str:
    return _each(text, lambda at: f"июл 27 14:08:{at % 60:02d} laptop kernel: ")


def chinese(text: str) -> str:
    return _each(text, lambda at: f"10月 08 14:08:{at % 60:02d} laptop kernel: [{100 + at / 1000:12.6f}] ")


def human_time_german(text: str) -> str:
    return _each(text, lambda at: f"[So Mai  8 18:20:{at % 60:02d} 2026] ")


def rfc5424(text: str) -> str:
    return _each(text, lambda at: f"<6>1 2026-11-22T18:20:{at % 60:02d}.{at:06d}+00:00 box kernel - - - ")


def terminal_clock(text: str) -> str:
    return _each(text, lambda at: f"[15:04:{at % 60:02d}] ")


def serial_capture(text: str) -> str:
    return _each(text, lambda at: f"0410_03-08-12.{at % 1000:03d}[{100 + at / 1000:12.6f}] ")


def android_cpu(text: str) -> str:
    return _each(text, lambda at: f"[{100 + at / 1000:12.6f}@{at % 4}] ")


def android_caller(text: str) -> str:
    return _each(text, lambda at: f"[{100 + at / 1000:12.6f}][    T1]@1 ")


def logcat(text: str) -> str:
    return _each(text, lambda at: f"11-22 18:20:{at % 60:02d}.{at:03d}     0     0 E KERNEL  : ")


def mediatek(text: str) -> str:
    return _each(text, lambda at: f"[{100 + at / 1000:12.6f}] -(3)[77:kworker/3:1]")


def comment(text: str) -> str:
    return _each(text, lambda at: "// ")


def entities(text: str) -> str:
    import html

    return html.escape(timestamps(text), quote=True)


def rsyslog(text: str) -> str:
    """The whole report in one record."""
    return "Nov 22 18:20:01 box kernel: [  100.000000] " + "#012".join(text.splitlines()) + "\n"


def dos(text: str) -> str:
    return timestamps(text).replace("\n", "\r\n")


def folded(text: str) -> str:
    """A mailer breaks lines at 72 columns."""
    import textwrap

    rows: list[str] = []
    for line in timestamps(text).splitlines():
        rows += textwrap.wrap(line, 72, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join(rows) + "\n"


POSTED = (
    french, russian, chinese, human_time_german, rfc5424, terminal_clock, serial_capture, android_cpu,
    android_caller, logcat, mediatek, comment, entities, rsyslog, dos, folded,
)  # fmt: skip
