"""From a finding of the audit to a plan: what follows from its rule and its places, and what a person has to
say, as comments in a TOML file that is a plan once they are answered."""

from __future__ import annotations

__all__ = ["Suggestion", "matches", "suggest"]

import re
import textwrap
from collections.abc import Callable

import msgspec

from lastput.replay.hardware import Hardware, hardware
from lastput.replay.traced import Order, order
from lastput.schema.finding import Finding
from lastput.schema.trace import Trace

_ASKED = "# ?"
_CREATES = re.compile(r'debugfs_create_file\w*\(\s*"([^"%]+)"')
_CALLBACK = re.compile(r"(\w+)\(\) is the callback of")
_MODULE = re.compile(r"([\w-]+) can be a module")
_LOCK_CALL = re.compile(r"(mutex_lock\w*|down_\w+|rtnl_lock|\w*spin_lock\w*)\(")
_WAIT_CALL = re.compile(r"(\w+)\([^)]*\) waits until")
_WIDTH = 100


class Suggestion(msgspec.Struct, frozen=True):
    """``text`` is TOML. ``asked`` are the questions in it that are open: without any it is a plan."""

    text: str
    asked: tuple[str, ...]


class _Parts(msgspec.Struct):
    """A plan in the making; lines that begin with ``# ?`` are questions."""

    expect: str = "OOPS"
    module: str = ""
    counter: str = ""
    steps: list[str] = []
    threads: dict[str, list[str]] = {}
    origin: str = ""


def matches(plan_finding: str, finding: Finding) -> bool:
    """Whether a plan says that it is of this finding."""
    code, _, rest = plan_finding.partition(" ")
    path, _, what = rest.partition(" ")
    names = {finding.where.function, *(one.strip() for one in finding.object.split(","))}
    return (code, path) == (finding.code, finding.where.path) and (not what or what in names)


def suggest(finding: Finding, module: str = "", trace: Trace | None = None) -> Suggestion:
    """What can be said of a plan for ``finding``. ``module`` is the one that its file belongs to, if the
    finding does not say; ``trace`` is that of its proof: who is held where, and in which order they go on, is
    taken from it then, and from the roles that the rule has otherwise."""
    name = next(iter(finding.text), "") or _said(finding, _MODULE) or module
    name = name.replace("-", "_")
    parts = _Parts(module=name, steps=[], threads={})
    way = hardware().get(name, Hardware())
    shape = next((make for codes, make in _SHAPES if finding.code.startswith(codes)), _by_hand)
    shape(finding, parts)
    if trace is not None and (found := order(trace)):
        _as_traced(finding, parts, found, len(trace.steps))
    text = _text(finding, parts, way)
    return Suggestion(text, tuple(line[3:].strip() for line in text.splitlines() if _ASKED in line))


def _open_file(finding: Finding, parts: _Parts) -> None:
    """FIL: the file is open when the module goes."""
    made = [name for source in finding.sources for name in _CREATES.findall(source.text)]
    parts.steps = ["admin to end", "user to end"]
    if made and finding.kind == "debugfs":
        opened = [f'setup = ["find file /sys/kernel/debug {made[0]}"]']
    else:
        opened = [
            f"{_ASKED} how is a file of {finding.object.split(',')[0]} opened?",
            'setup = ["open file /dev/NAME"]',
        ]
    parts.threads = {"user": [*opened, 'do = ["close file"]'], "admin": [_unload(parts)]}


def _put_and_return(finding: Finding, parts: _Parts) -> None:
    """MOD001, KTH010: whoever puts the module is held behind the put."""
    at = finding.where.function
    parts.steps = [
        "user starts",
        f"putter until return of module_put into {parts.module} if arg0 == module {parts.module}",
        "user to end",
        "admin to end",
        "putter to end",
    ]
    parts.threads = {
        "user": [f"{_ASKED} what makes {at}() run?", 'do = ["sleep 1"]'],
        "admin": [_unload(parts)],
        "putter": [
            f"# The task that runs {at}(); if it is a system call of user, hold that thread.",
            "kernel = true",
        ],
    }


def _callback_after_end(finding: Finding, parts: _Parts) -> None:
    """WRK: the callback is held at its entry while what it uses goes."""
    callback = _said(finding, _CALLBACK) or _ran(finding)
    parts.steps = [
        "user starts",
        f"callback until entry of {callback}",
        "user to end",
        "admin to end",
        "callback to end",
    ]
    arming = next((one for one in finding.causes if "arms it" in one.what), None)
    where = f"{arming.where.function}() ({arming.where})" if arming else "it"
    parts.threads = {
        "user": [f"{_ASKED} what makes {where} arm {finding.object}?", 'do = ["sleep 1"]'],
        "admin": [_unload(parts)],
        "callback": ["kernel = true"],
    }


def _wait_under_lock(finding: Finding, parts: _Parts) -> None:
    """LCK001: the callback is held at its entry until the waiter has the lock."""
    callback, holder = _said(finding, _CALLBACK), finding.where.function
    wait = next((match[1] for one in finding.causes if (match := _WAIT_CALL.search(one.what))), "flush_work")
    lock = next((match[1] for one in finding.causes if (match := _LOCK_CALL.search(one.what))), "mutex_lock")
    parts.expect = "HUNG"
    parts.steps = [
        "armer starts",
        f"callback until entry of {callback}",
        f"waiter until return of {lock} into {holder}",
        "callback starts",
        "waiter starts",
        "wait for hung task",
    ]
    parts.threads = {
        "armer": [f"{_ASKED} what arms {finding.object}?", 'do = ["sleep 1"]'],
        "waiter": [f"{_ASKED} what makes {holder}() come to {wait}()?", 'do = ["sleep 1"]'],
        "callback": ["kernel = true"],
    }


def _leak(finding: Finding, parts: _Parts) -> None:
    """REF: a number of the kernel that does not come back."""
    parts.expect = "LEAK"
    parts.counter = f"count /sys/module/{parts.module or 'MODULE'}/refcnt"
    parts.steps = ["user to end"]
    parts.threads = {
        "user": [
            f"{_ASKED} which call leaves {finding.where.function}() on the path that loses the reference?",
            'do = ["repeat 100 sleep 1"]',
        ]
    }


def _from_zero(finding: Finding, parts: _Parts) -> None:
    """REF008: one thread has put the last reference and not yet removed the object; another finds it."""
    last = finding.causes[-1].where.function if finding.causes else "RELEASE"
    parts.expect = "WARNED"
    parts.steps = [f"leaver until entry of {last}", "comer to end", "leaver to end"]
    parts.threads = {
        "leaver": [f"{_ASKED} what puts the last reference to {finding.object}?", 'do = ["sleep 1"]'],
        "comer": [f"{_ASKED} what makes {finding.where.function}() look for it?", 'do = ["sleep 1"]'],
    }


def _by_hand(finding: Finding, parts: _Parts) -> None:
    parts.steps = ["user to end", "admin to end"]
    parts.threads = {
        "user": [
            f"{_ASKED} which actions reach {finding.where.function or finding.where}?",
            'do = ["sleep 1"]',
        ],
        "admin": [_unload(parts)],
    }


def _as_traced(finding: Finding, parts: _Parts, found: Order, length: int) -> None:
    """The order of a proof's trace. Who calls what of the tree is left to a person."""
    parts.origin = f"the order is that of the proof's trace, {length} steps"
    parts.steps = [*(["armer starts"] if found.armed else []), *found.steps]
    parts.threads = {}
    if found.armed:
        parts.threads["armer"] = [f"{_ASKED} what arms {finding.object}?", 'do = ["sleep 1"]']
    for one in found.actors:
        parts.threads[one.name] = (
            [f"# The task that runs {one.function}().", "kernel = true"]
            if one.kernel
            else [f"{_ASKED} what makes {one.function}() run?", 'do = ["sleep 1"]']
        )


_SHAPES: tuple[tuple[tuple[str, ...], Callable[[Finding, _Parts], None]], ...] = (
    (("FIL001", "FIL002", "FIL004"), _open_file),
    (("MOD001", "KTH010"), _put_and_return),
    (("WRK001", "WRK002", "WRK003"), _callback_after_end),
    (("LCK001",), _wait_under_lock),
    (("REF008",), _from_zero),
    (("REF",), _leak),
)


def _unload(parts: _Parts) -> str:
    return f'do = ["unload {parts.module}"]'


def _said(finding: Finding, pattern: re.Pattern[str]) -> str:
    return next((match[1] for one in finding.evidence if (match := pattern.search(one.what))), "")


def _ran(finding: Finding) -> str:
    match = re.search(r"(\w+)\(\) may run", finding.message)
    return match[1] if match else "CALLBACK"


def _text(finding: Finding, parts: _Parts, way: Hardware) -> str:
    rows = _comment(f"{finding.code} {finding.where}: {finding.message}")
    for number, cause in enumerate(finding.causes, 1):
        rows += _comment(f"({number}) {cause.where}: {cause.what}")
    for link in finding.chain[:-1]:
        rows += _comment(f"{link.function}() {link.how}".strip())
    what = finding.where.function or finding.object.split(",")[0]
    rows += [
        "",
        f"finding = {_toml(f'{finding.code} {finding.where.path} {what}')}",
        f"modules = {_toml(way.modules or ((parts.module,) if parts.module else ()))}",
    ]
    if not parts.module:
        rows.append(f"{_ASKED} which module has it, or how does built-in code come to it?")
    elif not way.modules and not way.devices:
        rows.append(f"# If {parts.module} needs hardware: devices = [...] are QEMU's (docs/replay.md).")
    rows += [f"devices = {_toml(way.devices)}"] if way.devices else []
    rows += [f"module = {_toml(parts.module)}"] if parts.module and parts.expect == "OOPS" else []
    rows.append(f"expect = {_toml(parts.expect)}")
    if parts.counter:
        rows += [f"{_ASKED} which number of the kernel grows?", f"counter = {_toml(parts.counter)}"]
    rows += _comment(parts.origin) if parts.origin else []
    rows += ["steps = [", *(f"  {_toml(step)}," for step in parts.steps), "]"]
    for number, (name, lines) in enumerate(parts.threads.items()):
        rows += ["", f"[threads.{name}]", *_with_setup(lines, way.setup if not number else ())]
    return "\n".join(rows) + "\n"


def _with_setup(lines: list[str], setup: tuple[str, ...]) -> list[str]:
    if not setup or any(line.startswith("setup") for line in lines):
        return lines
    return [f"setup = {_toml(setup)}", *lines]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False)


def _toml(value: object) -> str:
    return msgspec.json.encode(value).decode()
