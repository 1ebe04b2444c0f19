"""What shall happen in the guest, as TOML: threads with their actions, and the order of what they do."""

from __future__ import annotations

__all__ = ["Plan", "Step", "Thread", "read", "written"]

import re
from pathlib import Path

import msgspec

from lastput.errors import LastputError, Place
from lastput.replay.point import Point, parse

_STEP = re.compile(
    r"(?P<thread>\w+) (?P<verb>starts|to end|until (?P<point>.+))|(?P<hang>wait for hung task)"
)


_SIMPLE = ("question", "claims", "modules", "drivers", "module", "expect", "fixed_kernel")


class Thread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``do`` are the actions of a user thread (guest/conductor.c has them all), ``setup`` those before
    the story begins. A ``kernel`` thread is whichever task first comes to its point."""

    do: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    kernel: bool = False


class Step(msgspec.Struct, frozen=True):
    """``verb`` is starts, until (it goes on to ``point`` and is held there), end (it is released, and does
    the rest of its actions), or hang (wait until the kernel reports a hung task; no thread)."""

    verb: str
    thread: str = ""
    point: Point | None = None

    def __str__(self) -> str:
        told = {"starts": "starts", "until": f"until {self.point}", "end": "to end"}
        return f"{self.thread} {told[self.verb]}" if self.thread else "wait for hung task"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A story. ``modules`` are loaded before it begins, ``drivers`` are ours and built for the kernel;
    ``module`` is the one whose text goes; ``expect`` a verdict; ``fixed`` the steps for a kernel that is
    ``fixed_kernel``."""

    name: str
    question: str = ""
    claims: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    threads: dict[str, Thread]
    steps: tuple[Step, ...]
    expect: str = "OOPS"
    module: str = ""
    fixed_kernel: str = ""
    fixed: tuple[Step, ...] = ()

    def users(self) -> tuple[str, ...]:
        """The threads of user space; the n-th is the guest's n-th actor."""
        return tuple(name for name, thread in self.threads.items() if not thread.kernel)


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file, before its steps are read."""

    threads: dict[str, Thread]
    steps: tuple[str, ...]
    question: str = ""
    claims: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    expect: str = "OOPS"
    module: str = ""
    fixed_kernel: str = ""
    fixed: tuple[str, ...] = ()


def read(text: str, file: str) -> Plan:
    """A plan from TOML. Raises LastputError ``bad-plan`` with the file's name."""
    try:
        written = msgspec.toml.decode(text, type=_Written)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise LastputError("bad-plan", str(error), "docs/replay.md has the format", Place(file)) from None
    fields = {one: getattr(written, one) for one in written.__struct_fields__}
    for one in ("steps", "fixed"):
        fields[one] = tuple(_step(line, written.threads, file) for line in fields[one])
    return Plan(name=Path(file).stem, **fields)


def written(plan: Plan) -> str:
    """The plan as TOML, which ``read`` takes again; it is worth saving and changing by hand."""
    rows = [f"{name} = {_toml(value)}" for name in _SIMPLE if (value := getattr(plan, name))]
    rows += ["steps = [", *(f"  {_toml(str(step))}," for step in plan.steps), "]"]
    rows += ["fixed = [", *(f"  {_toml(str(step))}," for step in plan.fixed), "]"] if plan.fixed else []
    for name, thread in plan.threads.items():
        rows += ["", f"[threads.{name}]"]
        rows += [
            f"{one} = {_toml(value)}" for one in ("setup", "do", "kernel") if (value := getattr(thread, one))
        ]
    return "\n".join(rows) + "\n"


def _toml(value: object) -> str:
    """A string, a list of them, or a truth value; JSON is the same here."""
    return msgspec.json.encode(value).decode()


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
