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


def written(plan: Plan) -> str:
    """The plan as TOML, which ``read`` takes again; it is worth saving and changing by hand."""
    rows = [f"{name} = {_toml(value)}" for name in _SIMPLE if (value := getattr(plan, name))]
    for order in _ORDERS:
        steps = getattr(plan, order)
        rows += [f"{order} = [", *(f"  {_toml(str(step))}," for step in steps), "]"] if steps else []
    for name, thread in plan.threads.items():
        rows += ["", f"[threads.{name}]"]
        rows += [
            f"{one} = {_toml(value)}" for one in ("setup", "do", "kernel") if (value := getattr(thread, one))
        ]
    for control in plan.controls:
        rows += ["", "[[controls]]", f"name = {_toml(control.name)}"]
        rows += [f"says = {_toml(control.says)}"] if control.says else []
        rows += [f"expect = {_toml(control.expected)}", f"steps = {_toml(tuple(map(str, control.steps)))}"]
    return "\n".join(rows) + "\n"


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
