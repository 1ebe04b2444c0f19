"""What a guest's kernel printed of its own death or of a task that hangs."""

from __future__ import annotations

__all__ = ["Oops", "hung", "lockup", "oops", "refused_module", "warning"]

import re

import msgspec

_TIME = re.compile(r"^(?:<\d+>)?\[\s*\d+\.\d+\](?:\[[^\]]*\])? ?")
#: A lockup is what comes of holding a thread for long.
_BEGIN = re.compile(
    r"BUG: (?!soft lockup|workqueue lockup)|Oops: |general protection fault|kernel BUG at|invalid opcode:"
    r"|Unable to handle"
)
_END = "---[ end trace"
_RIP = re.compile(r"RIP: [0-9a-f]+:(\S+)")
_ADDRESS = re.compile(r"(?:0x)?([0-9a-f]{16})")
_LOCKUP = re.compile(r"soft lockup|hard LOCKUP|workqueue lockup|detected stalls?")
#: The kernel's own check of a count or of an object, or of a device that nobody lets go.
_WARNING = re.compile(r"WARNING: |refcount_t: |unregister_netdevice: waiting for|list_(?:add|del) corruption")
_HUNG = re.compile(r"INFO: task (\S+) blocked for more than (\d+) seconds")


class Oops(msgspec.Struct, frozen=True):
    """``rip`` is 0 if the kernel gave it a name itself (then that is in ``name``)."""

    lines: tuple[str, ...]
    rip: int
    name: str


def oops(console: str) -> Oops | None:
    """The first Oops, whole, without time stamps."""
    lines = [_TIME.sub("", line) for line in console.splitlines()]
    start = next((number for number, line in enumerate(lines) if _BEGIN.search(line)), None)
    if start is None:
        return None
    end = next(
        (number for number, line in enumerate(lines) if number > start and _END in line), len(lines) - 1
    )
    found = tuple(lines[start : end + 1])
    names = [match.group(1) for line in found if (match := _RIP.search(line))]
    address = _ADDRESS.fullmatch(names[0]) if names else None
    return Oops(found, int(address.group(1), 16) if address else 0, names[0] if names else "")


def hung(console: str) -> tuple[str, ...]:
    """The first report of a hung task, without time stamps; () if there is none."""
    lines = [_TIME.sub("", line) for line in console.splitlines()]
    for start, line in enumerate(lines):
        if _HUNG.search(line):
            end = start + 1
            while end < len(lines) and not _HUNG.search(lines[end]) and "lockdep" not in lines[end]:
                end += 1
            return tuple(lines[start:end])
    return ()


def warning(console: str) -> tuple[str, ...]:
    """The first report of a check that failed, without time stamps; () if there is none."""
    lines = [_TIME.sub("", line) for line in console.splitlines()]
    for start, line in enumerate(lines):
        if _WARNING.search(line):
            end = start + 1
            while end < len(lines) and _END not in lines[end - 1]:
                end += 1
            return tuple(lines[start:end])
    return ()


def lockup(console: str) -> str:
    """What the kernel's watchdogs say of a CPU that does nothing else any more, as the end of a sentence."""
    found = [_TIME.sub("", line) for line in console.splitlines() if _LOCKUP.search(line)]
    return f"; the kernel says: {found[0]}" if found else ""


def refused_module(console: str) -> str:
    """What the guest's first process says of a module that does not load, and what the kernel said last."""
    lines = [_TIME.sub("", line).strip() for line in console.splitlines()]
    at = next((number for number, line in enumerate(lines) if line.startswith("lastput: ")), None)
    if at is None:
        return "a module does not load"
    before = next((line for line in reversed(lines[:at]) if line), "")
    return f"{lines[at].removeprefix('lastput: ')}; the kernel said last: {before}"
