"""The words of a thread's actions, checked when a plan is read: what the guest does with them is in
guest/actions.c, what QEMU does in play.py."""

from __future__ import annotations

__all__ = ["ACTIONS", "BYTES", "HOST", "TRY", "check"]

import re
from collections.abc import Iterable

from lastput.errors import LastputError, Place

#: Each action with its arguments; [ ] may be left out, BYTES are words of their own (guest/bytes.h), ...
#: takes the rest of the line.
ACTIONS = {
    "open": "NAME PATH [FLAGS]",
    "find": "NAME DIRECTORY FILE [FLAGS]",
    "close": "NAME",
    "dup": "NAME NEW",
    "read": "NAME SIZE",
    "write": "NAME SIZE",
    "put": "NAME BYTES",
    "ioctl": "NAME REQUEST NUMBER",
    "ioctl_fd": "NAME NEW REQUEST NUMBER",
    "request": "NAME REQUEST BYTES",
    "request_fd": "NAME NEW REQUEST OFFSET BYTES",
    "mmap": "NAME NEW SIZE [OFFSET]",
    "munmap": "NAME",
    "pty": "NAME NEW",
    "pair": "NAME NEW",
    "socket": "NAME DOMAIN KIND PROTOCOL",
    "bind": "NAME BYTES",
    "connect": "NAME BYTES",
    "listen": "NAME",
    "accept": "NAME NEW",
    "send": "NAME BYTES",
    "setsockopt": "NAME LEVEL OPTION BYTES",
    "echo": "PATH BYTES",
    "cat": "PATH",
    "count": "PATH [WORD]",
    "appears": "PATH MILLISECONDS",
    "mkdir": "PATH",
    "rmdir": "PATH",
    "unlink": "PATH",
    "symlink": "TARGET PATH",
    "mount": "SOURCE PATH TYPE [...]",
    "umount": "PATH",
    "netlink": "PROTOCOL MESSAGE FLAGS BYTES",
    "genl": "FAMILY COMMAND VERSION [BYTES]",
    "link": "WHAT LINK [TYPE] [BYTES]",
    "insmod": "PATH [...]",
    "rmmod": "MODULE",
    "unload": "MODULE",
    "kill": "PID SIGNAL",
    "unshare": "FLAGS",
    "setns": "NAME",
    "cpu": "NUMBER",
    "sleep": "MILLISECONDS",
    "name": "COMM",
    "sh": "...",
    "signal": "THREAD SIGNAL",
    "device_add": "...",
    "device_del": "ID",
}
#: Before an action: the story goes on if it fails.
TRY = "try "
#: What the host does: a signal needs the pid that a thread has in the guest, a device is QEMU's.
HOST = ("device_add", "device_del")
BYTES = re.compile(
    r"(?:[ub](?:8|16|32|64):(?:0x[0-9a-fA-F]+|\d+)|hex:(?:[0-9a-fA-F]{2})*|(?:txt|str):\S*|zero:\d+|pid:"
    r"|(?:fd|num|if|genl):\S+|ptr\(|attr:(?:0x[0-9a-fA-F]+|\d+)\(|\))"
)
_NUMBER = re.compile(r"-?(?:0x[0-9a-fA-F]+|\d+)")
_NUMBERS = frozenset(
    {"SIZE", "REQUEST", "NUMBER", "OFFSET", "DOMAIN", "KIND", "PROTOCOL", "LEVEL", "OPTION", "MILLISECONDS"}
    | {"MESSAGE", "COMMAND", "VERSION", "SIGNAL", "PID"}
)
_OPENS = ("open", "find", "socket", "pty", "pair")
_LONGEST = 4000


def check(actions: Iterable[str], threads: Iterable[str], file: str) -> None:
    """Raise LastputError ``bad-plan`` for an action that is none, and for a name that nothing opens."""
    known: set[str] = set()
    for whole in (one.removeprefix(TRY) for one in actions):
        for action in _steps(whole, file):
            word, _, rest = action.partition(" ")
            if word not in ACTIONS:
                raise _bad(action, f"no action is called {word}", file)
            given = _arguments(action, word, rest.split(" ") if rest else [], file)
            if word == "signal" and given["THREAD"] not in set(threads):
                raise _bad(action, f"there is no thread {given['THREAD']}", file)
            if "NAME" in given and word not in _OPENS:
                if given["NAME"] not in known:
                    raise _bad(action, f"nothing that this thread did before opens {given['NAME']}", file)
                known -= {given["NAME"]} if word in ("close", "munmap") and action == whole else set()
            known |= {given[one] for one in ("NEW",) if one in given}
            known |= {given["NAME"]} if word in _OPENS else set()


def _steps(whole: str, file: str) -> list[str]:
    """The actions of a ``repeat NUMBER ACTION ; ACTION``, or the one that it is."""
    if len(whole.encode()) > _LONGEST:
        raise _bad(f"{whole[:40]}...", f"it has more than {_LONGEST} bytes", file)
    if not whole.startswith("repeat "):
        return [whole]
    number, _, rest = whole.removeprefix("repeat ").partition(" ")
    if not _NUMBER.fullmatch(number):
        raise _bad(whole, f"{number} is no number", file)
    return [one.strip() for one in rest.split(";") if one.strip()]


def _arguments(action: str, word: str, given: list[str], file: str) -> dict[str, str]:
    """The arguments by their names."""
    found: dict[str, str] = {}
    wanted = ACTIONS[word].split()
    for position, name in enumerate(wanted):
        plain = name.strip("[]")
        if plain == "...":
            return found
        if plain == "BYTES":
            _check_bytes(action, given[position:], file)
            return found
        if position >= len(given):
            if name.startswith("["):
                continue
            raise _bad(action, f"{word} wants {ACTIONS[word]}", file)
        if plain in _NUMBERS and not _NUMBER.fullmatch(given[position]):
            raise _bad(action, f"{given[position]} is no number", file)
        found[plain] = given[position]
    if len(given) > len(wanted):
        raise _bad(action, f"{word} wants {ACTIONS[word]}", file)
    return found


def _check_bytes(action: str, words: list[str], file: str) -> None:
    depth = 0
    for word in words:
        if not word:
            continue
        if not BYTES.fullmatch(word):
            raise _bad(action, f"{word} stands for no bytes", file)
        depth += word.endswith("(") - (word == ")")
        if depth < 0:
            break
    if depth:
        raise _bad(action, "its parentheses do not pair up", file)


def _bad(action: str, why: str, file: str) -> LastputError:
    return LastputError("bad-plan", f"`{action}`: {why}", "docs/replay.md has all actions", Place(file))
