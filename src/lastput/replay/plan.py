"""What shall happen in the guest, as TOML: threads with their actions, and the order of what they do."""

from __future__ import annotations

__all__ = ["Control", "Plan", "Step", "Thread", "read", "written"]

import re
from pathlib import Path

import msgspec

from lastput.errors import LastputError, Place
from lastput.replay.actions import check
from lastput.replay.point import Point, parse
from lastput.schema.replay import VERDICTS

_STEP = re.compile(
    r"(?P<thread>\w+) (?P<verb>starts|to end|until (?P<point>.+))|(?P<hang>wait for hung task)"
)


_UNIT = re.compile(r"\\u[0-9a-f]{4}|\\.|[^\\]")
_WORD = re.compile(r" +|(?:\\.|[^ \\])+ *")
_SIMPLE = (
    "question", "claims", "finding", "modules", "carried", "drivers", "devices", "cmdline", "module",
    "expect", "counter", "fixed_kernel",
)  # fmt: skip


_ORDERS = ("steps", "fixed")


class Thread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``do`` are the actions of a user thread (guest/conductor.c has them all), ``setup`` those before
    the story begins. A ``kernel`` thread is whichever task first comes to its point."""

    do: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    kernel: bool = False


class Step(msgspec.Struct, frozen=True):
    """``verb`` is starts (it goes on, and the next step with it), until (it goes on to ``point`` and is held
    there), end (it is released, and does the rest of its actions), or hang (wait until the kernel reports a
    hung task; no thread)."""

    verb: str
    thread: str = ""
    point: Point | None = None

    def __str__(self) -> str:
        told = {"starts": "starts", "until": f"until {self.point}", "end": "to end"}
        return f"{self.thread} {told[self.verb]}" if self.thread else "wait for hung task"


class Control(msgspec.Struct, frozen=True):
    """Other steps for the same plan, and the verdict that they must give; ``says`` is what that shows."""

    name: str
    says: str
    steps: tuple[Step, ...]
    expected: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A story. ``modules`` are loaded before it begins (a name, with parameters behind it), ``carried`` ones
    only lie in the guest, ``drivers`` are ours and built for the kernel. ``devices`` are QEMU's, as its
    -device has them; ``cmdline`` is added to the kernel's.

    ``module`` is the one whose text goes; ``expect`` a verdict. ``counter`` is an action that reads a number
    of the kernel, which must be what it was when all is over, else it is a LEAK. ``controls`` stand for those
    that would be derived. ``fixed`` are the steps for a kernel that is ``fixed_kernel``.
    ``predicted`` are the error classes of the litmus test, ``finding`` is what the audit says of it: a rule's
    code, a file, and an object or a function (``FIL001 drivers/scsi/scsi_debug.c sdebug_error_fops``)."""

    name: str
    question: str = ""
    claims: tuple[str, ...] = ()
    predicted: tuple[str, ...] = ()
    finding: str = ""
    modules: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    cmdline: str = ""
    threads: dict[str, Thread]
    steps: tuple[Step, ...]
    expect: str = "OOPS"
    module: str = ""
    counter: str = ""
    controls: tuple[Control, ...] = ()
    fixed_kernel: str = ""
    fixed: tuple[Step, ...] = ()

    def users(self) -> tuple[str, ...]:
        """The threads of user space; the n-th is the guest's n-th actor."""
        return tuple(name for name, thread in self.threads.items() if not thread.kernel)


class _Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    steps: tuple[str, ...]
    says: str = ""
    expect: str = "CLEAN"


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file, before its steps are read."""

    threads: dict[str, Thread]
    steps: tuple[str, ...]
    question: str = ""
    claims: tuple[str, ...] = ()
    finding: str = ""
    modules: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    cmdline: str = ""
    expect: str = "OOPS"
    module: str = ""
    counter: str = ""
    controls: tuple[_Control, ...] = ()
    fixed_kernel: str = ""
    fixed: tuple[str, ...] = ()


def read(text: str, file: str) -> Plan:
    """A plan from TOML. Raises LastputError ``bad-plan`` with the file's name."""
    try:
        written = msgspec.toml.decode(text, type=_Written)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise LastputError("bad-plan", str(error), "docs/replay.md has the format", Place(file)) from None
    fields = {one: getattr(written, one) for one in written.__struct_fields__}
    for one in _ORDERS:
        fields[one] = _steps(fields[one], written.threads, file)
    fields["controls"] = tuple(
        Control(one.name, one.says, _steps(one.steps, written.threads, file), one.expect)
        for one in written.controls
    )
    plan = Plan(name=Path(file).stem, **fields)
    _check(plan, file)
    return plan


def _check(plan: Plan, file: str) -> None:
    """What can be wrong with a plan before any guest is booted."""
    if plan.expect not in VERDICTS or plan.expect == "UNKNOWN":
        raise _bad(f"{plan.expect} is no verdict to expect", ", ".join(VERDICTS[:-1]), file)
    if (plan.expect == "LEAK") != bool(plan.counter):
        raise _bad("a LEAK and a counter go together", "`counter` is an action: count PATH [WORD]", file)
    for name, thread in plan.threads.items():
        if thread.kernel and (thread.do or thread.setup):
            raise _bad(f"{name} is a thread of the kernel, and has actions", "leave one of them out", file)
        check((*thread.setup, *thread.do), plan.threads, file)
    check((plan.counter,) if plan.counter else (), plan.threads, file)
    for one in plan.controls:
        if one.expected not in VERDICTS:
            raise _bad(f"{one.expected} is no verdict to expect", ", ".join(VERDICTS[:-1]), file)
    for order in (plan.steps, plan.fixed, *(one.steps for one in plan.controls)):
        over: set[str] = set()
        for step in order:
            if step.thread in over:
                raise _bad(f"{step.thread} has come to its end before: {step}", "leave that step out", file)
            over |= {step.thread} if step.verb == "end" else set()


def _bad(what: str, remedy: str, file: str) -> LastputError:
    return LastputError("bad-plan", what, remedy, Place(file))


def written(plan: Plan, width: int = 0) -> str:
    """The plan as TOML, which ``read`` takes again; it is worth saving and changing by hand. Lines are broken
    at ``width`` columns, if TOML lets them (0: they are not)."""
    rows = [
        row for name in _SIMPLE if (value := getattr(plan, name)) for row in _assigned(name, value, width)
    ]
    for order in _ORDERS:
        steps = getattr(plan, order)
        rows += (
            [f"{order} = [", *(row for step in steps for row in _item(str(step), width)), "]"]
            if steps
            else []
        )
    for name, thread in plan.threads.items():
        rows += ["", f"[threads.{name}]"]
        for one in ("setup", "do", "kernel"):
            rows += _assigned(one, value, width) if (value := getattr(thread, one)) else []
    for control in plan.controls:
        rows += ["", "[[controls]]", *_assigned("name", control.name, width)]
        rows += _assigned("says", control.says, width) if control.says else []
        rows += _assigned("expect", control.expected, width)
        rows += _assigned("steps", tuple(map(str, control.steps)), width)
    return "\n".join(rows) + "\n"


def _assigned(name: str, value: object, width: int) -> list[str]:
    """``name = value`` in a line, or in several if it is too long for one."""
    whole = f"{name} = {_toml(value)}"
    if not width or len(whole) <= width:
        return [whole]
    if isinstance(value, tuple):
        return [f"{name} = [", *(row for one in value for row in _item(one, width)), "]"]
    return _broken(f"{name} = ", str(value), "", width)


def _item(value: str, width: int) -> list[str]:
    whole = f"  {_toml(value)},"
    return [whole] if not width or len(whole) <= width else _broken("  ", value, ",", width)


def _broken(before: str, value: str, after: str, width: int) -> list[str]:
    """A string over several lines: a backslash at the end of a line takes the blanks that follow with it."""
    text = re.sub("^ ", r"\\u0020", _toml(value)[1:-1])
    parts = [f"  {part}" for part in _pieces(text, width - 6)]
    return [f'{before}"""\\', *(f"{one}\\" for one in parts[:-1]), f'{parts[-1]}"""{after}']


def _pieces(text: str, width: int) -> list[str]:
    """Pieces of at most ``width``, blanks at their ends aside: of whole words if they are not too long, and
    of whole escapes. None begins with a blank."""
    found, line = [], ""
    for word in _WORD.findall(text):
        for unit in [word] if len(word.rstrip(" ")) <= width else _UNIT.findall(word):
            if line and len(line) + len(unit.rstrip(" ")) > width and unit.strip(" "):
                found.append(line)
                line = ""
            line += unit
    return [*found, line]


def _toml(value: object) -> str:
    """A string, a list of them, or a truth value; JSON is the same here."""
    return msgspec.json.encode(value).decode()


def _steps(lines: tuple[str, ...], threads: dict[str, Thread], file: str) -> tuple[Step, ...]:
    return tuple(_step(line, threads, file) for line in lines)


def _step(line: str, threads: dict[str, Thread], file: str) -> Step:
    match = _STEP.fullmatch(line.strip())
    if not match or (match["thread"] and match["thread"] not in threads):
        raise LastputError(
            "bad-plan",
            f"{line!r} is no step of a thread of this plan",
            'write "THREAD until POINT", "THREAD to end", "THREAD starts" or "wait for hung task"',
            Place(file),
        )
    if match["hang"]:
        return Step("hang")
    if match["point"]:
        return Step("until", match["thread"], parse(match["point"]))
    return Step("end" if match["verb"] == "to end" else "starts", match["thread"])
