"""``lastput-replay/1``: what happened when a schedule was forced onto a real kernel."""

from __future__ import annotations

__all__ = ["SCHEMA", "VERDICTS", "Act", "Report", "Run", "Series", "Told"]

import msgspec

SCHEMA = "lastput-replay/1"

#: OOPS: the kernel died of it. HUNG: a task waits for ever. WARNED: the kernel's own check of a count or an
#: object failed, and it goes on. LEAK: a number of the kernel is higher when all is over. INFEASIBLE: the
#: kernel refuses this order. CLEAN: all came to its end. UNKNOWN: nobody knows.
VERDICTS = ("OOPS", "HUNG", "WARNED", "LEAK", "INFEASIBLE", "CLEAN", "UNKNOWN")


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """An action of a user thread and its result; ``error`` is the errno's name, "" if there is none."""

    thread: str
    action: str
    result: int = 0
    error: str = ""


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of the story: a step, where the thread then stood (``place``, as the kernel writes an address:
    ``kvm_vm_release+0x1d [kvm]``), in which ``task``, and what was done in it."""

    step: str
    place: str = ""
    task: str = ""
    acts: tuple[Act, ...] = ()
    note: str = ""


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """One run. ``reason`` says why it is that verdict, ``kind`` which error class of the checker the kernel
    showed (``unmapped-text``, "" if none), ``where`` is the Oops' RIP by name, with modules that
    are gone; ``splat`` is what the kernel printed of it, ``console`` all that it printed during the story;
    ``seconds`` of wall time."""

    verdict: str
    story: tuple[Told, ...] = ()
    where: str = ""
    reason: str = ""
    kind: str = ""
    splat: tuple[str, ...] = ()
    console: str = ""
    seconds: float = 0.0


class Series(msgspec.Struct, frozen=True, omit_defaults=True):
    """The same schedule, run several times. ``expected`` is a verdict, or several with ``or`` between them;
    ``says`` is what that shows."""

    name: str
    says: str
    steps: tuple[str, ...]
    expected: str
    runs: tuple[Run, ...]
    kernel: str = ""

    def counts(self) -> tuple[tuple[str, int], ...]:
        """How often each verdict came, the expected one first."""
        found = [run.verdict for run in self.runs]
        order = (*self.verdicts(), *(one for one in VERDICTS if one not in self.verdicts()))
        return tuple((one, found.count(one)) for one in order if one in found)

    def holds(self) -> bool:
        """Whether every run gave an expected verdict."""
        return bool(self.runs) and all(run.verdict in self.verdicts() for run in self.runs)

    def verdicts(self) -> tuple[str, ...]:
        """Those that are expected."""
        return tuple(self.expected.split(" or "))


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A story with its controls. ``identical`` is 1 if a bit-exact run gave the same console twice, 0 if it
    did not, -1 if that was not asked for; ``console`` is a digest of it. ``predicted`` are the error classes
    that the litmus test has. ``sites`` are the instructions of
    the module that call the function after which a thread is held. ``cold_seconds`` of wall time
    passed until the guests were ready (booted, if they were not saved yet), ``run_seconds`` until all
    series were over, with ``jobs`` runs at a time."""

    schema: str = SCHEMA
    name: str
    question: str = ""
    claims: tuple[str, ...] = ()
    predicted: tuple[str, ...] = ()
    kernel: str
    qemu: str
    cmdline: str
    cpus: int
    mode: str
    origin: str = ""
    story: Series
    controls: tuple[Series, ...] = ()
    exact: Run | None = None
    identical: int = -1
    console: str = ""
    sites: tuple[str, ...] = ()
    cold_seconds: float = 0.0
    run_seconds: float = 0.0
    jobs: int = 1
    notes: tuple[str, ...] = ()

    def borne_out(self) -> bool:
        """Whether the kernel showed what the litmus test says, and not something else."""
        return self.evidence() and all(run.kind in self.predicted for run in self.story.runs)

    def evidence(self) -> bool:
        """Whether the story came out as expected every time, and every control too. An OOPS without controls
        is none: what was done to the guest might be its cause."""
        controlled = bool(self.controls) or self.story.expected != "OOPS"
        return controlled and all(one.holds() for one in (self.story, *self.controls)) and self.identical != 0
