"""``lastput-trace/1``: one interleaving that ends in an error, step by step, with values.

A trace stands by itself: whoever renders it needs neither the program nor the kernel tree. Call
stacks are shared: ``Trace.frames`` is a tree (each frame names its caller's index), and a step or a
stuck task names its innermost frame. Values are words (``1``, ``NULL``, ``&kvm#0``, ``GOING``).
"""

from __future__ import annotations

__all__ = [
    "SCHEMA",
    "Budget",
    "Change",
    "Explored",
    "Frame",
    "Obj",
    "Source",
    "Step",
    "Task",
    "Trace",
    "Violated",
    "Wait",
    "decode",
    "encode",
    "stack",
]

import msgspec

from lastput.errors import LastputError, Place

SCHEMA = "lastput-trace/1"


class Task(msgspec.Struct, frozen=True, omit_defaults=True):
    """A thread of execution. ``kind`` is user, kworker, kthread, timer, rcu or softirq; ``comm`` and
    ``pid`` are what the kernel would print (the pid is invented, and the same in every run)."""

    id: int
    name: str
    kind: str = "user"
    comm: str = ""
    pid: int = 0


class Obj(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something with a life or a count: ``kind`` is module, heap, global or task; ``type`` the C tag.
    ``uses`` lists the modules whose symbols a module uses."""

    id: str
    kind: str
    type: str = ""
    uses: tuple[str, ...] = ()


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """One level of a call stack. ``up`` is the index of the caller's frame (-1: outermost), ``module``
    the text that the function is in ("" is vmlinux), ``call`` the place in the caller. ``tail`` means
    entered by a jump, so that the caller's frame is gone."""

    up: int
    function: str
    module: str = ""
    call: Place | None = None
    args: str = ""
    tail: bool = False


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """``object.field`` went from ``old`` to ``new``; ``kind`` is count, life, lock, state or data."""

    object: str
    field: str
    old: str
    new: str
    kind: str = "data"


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One atomic step. ``frame`` and ``place`` are where the task stood before it; ``lands`` is the
    frame where it stands after it. ``cause`` is the number of the step in the causal chain (0: none)."""

    n: int
    task: int
    op: str
    place: Place
    frame: int
    lands: int
    choice: int = 0
    changes: tuple[Change, ...] = ()
    cause: int = 0
    note: str = ""


class Source(msgspec.Struct, frozen=True):
    """A line of source, for excerpts."""

    file: str
    line: int
    text: str


class Violated(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became false: ``what`` in words, about ``object``; by ``task`` at ``frame`` and ``place``,
    where it would do ``op`` (``write``: which is a store); ``cites`` is the
    kernel's own place of a function of the modelled kernel.
    ``inside`` lists the frames of that task in the module that is gone, ``why`` the reasons that
    nothing stopped it, one sentence each."""

    what: str
    object: str = ""
    module: str = ""
    task: int = -1
    frame: int = -1
    place: Place | None = None
    op: str = ""
    write: bool = False
    cites: str = ""
    inside: tuple[int, ...] = ()
    why: tuple[str, ...] = ()


class Wait(msgspec.Struct, frozen=True, omit_defaults=True):
    """``task`` stands at ``frame`` for ever: it waits for ``what`` (``object`` if it has a name), which
    only ``holder`` (a task, -1: nobody) could bring about: ``how``, and when its frame ``until`` returns
    (-1: not by a return). ``cycle`` marks the links of a cycle."""

    task: int
    frame: int
    place: Place
    op: str
    what: str
    object: str = ""
    holder: int = -1
    how: str = ""
    until: int = -1
    cycle: bool = False


class Budget(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of the refcount budget: who took or put a reference, and what was left."""

    step: int
    task: int
    object: str
    field: str
    function: str
    place: Place
    delta: int
    left: str


class Explored(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much was searched: ``complete`` if no state was left. ``shortest`` if no trace of this class
    has fewer steps; ``switches`` counts context switches of this trace."""

    states: int
    complete: bool
    reductions: tuple[str, ...] = ()
    shortest: bool = False
    switches: int = 0


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """The whole counterexample. ``error`` is the slug of the error class, ``message`` the engine's text,
    ``headline`` one line for people; ``causes`` the numbered chain, ``cause_places`` where each stands in
    the code under test (not in the modelled kernel); ``fault`` says whose fault it is. ``budget`` is that
    of the counts which the error is about, ``counts`` that of the others which the steps change;
    ``sources`` has the lines around the causes and those of every step and call."""

    schema: str = SCHEMA
    verdict: str = "unsafe"
    error: str
    headline: str
    file: str
    schedule: str
    tasks: tuple[Task, ...]
    objects: tuple[Obj, ...]
    frames: tuple[Frame, ...]
    steps: tuple[Step, ...]
    violated: Violated
    question: str = ""
    message: str = ""
    waits: tuple[Wait, ...] = ()
    budget: tuple[Budget, ...] = ()
    counts: tuple[Budget, ...] = ()
    causes: tuple[str, ...] = ()
    cause_places: tuple[Place | None, ...] = ()
    sources: tuple[Source, ...] = ()
    explored: Explored | None = None
    assumptions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    fault: str = ""


def stack(trace: Trace, frame: int) -> tuple[Frame, ...]:
    """The call stack that ends in ``frame``, outermost first."""
    found: list[Frame] = []
    while frame >= 0:
        found.append(trace.frames[frame])
        frame = trace.frames[frame].up
    return tuple(reversed(found))


def encode(trace: Trace) -> bytes:
    """The trace as JSON, indented."""
    return msgspec.json.format(msgspec.json.encode(trace), indent=1) + b"\n"


class _Checked(msgspec.Struct, frozen=True):
    """Of what ``lastput check --format json`` prints (lastput-check/1): the traces."""

    traces: list[msgspec.Raw] = []


def decode(data: bytes, file: str) -> Trace:
    """Read a trace back, or the first one of a test that was checked; ``file`` is named when there is none
    (slug ``bad-trace``)."""
    try:
        checked = msgspec.json.decode(data, type=_Checked)
        trace = msgspec.json.decode(checked.traces[0] if checked.traces else data, type=Trace)
    except msgspec.DecodeError as error:
        raise _bad(file, str(error)) from None
    if trace.schema != SCHEMA:
        raise _bad(file, f"its schema is {trace.schema!r}")
    sizes = len(trace.frames), len(trace.tasks)
    for number, frame in enumerate(trace.frames):
        if not -1 <= frame.up < number:
            raise _bad(file, f"frame {number} has the caller {frame.up}")
    named = [(step.frame, step.task) for step in trace.steps] + [
        (wait.frame, wait.task) for wait in trace.waits
    ]
    named += [(step.lands, 0) for step in trace.steps] + [(wait.until, wait.holder) for wait in trace.waits]
    named += [(inside, 0) for inside in trace.violated.inside]
    named += [(trace.violated.frame, trace.violated.task)]
    if any(not (-1 <= frame < sizes[0] and -1 <= task < sizes[1]) for frame, task in named):
        raise _bad(file, "it names a frame or task that it does not have")
    return trace


def _bad(file: str, why: str) -> LastputError:
    return LastputError(
        "bad-trace",
        f"{file} is not a trace: {why}",
        f"`lastput show --json` prints one ({SCHEMA}), and `lastput check --format json` of what is UNSAFE",
    )
