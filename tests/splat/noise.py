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
