"""``lastput-proof/1``: what became of a finding when its claim was run over the real source."""

from __future__ import annotations

__all__ = [
    "SCHEMA",
    "Assumption",
    "Condition",
    "Control",
    "Limits",
    "Proof",
    "ProofVerdict",
    "Reason",
    "Refinement",
    "Visit",
]

from typing import Literal

import msgspec

from lastput.schema.claim import Role
from lastput.schema.trace import Trace

SCHEMA = "lastput-proof/1"

#: ``CONFIRMED``: a run of the unmodified statements ends as the claim says, and with the remedy it does not.
#: ``CONFIRMED-IF``: it does under the conditions that are listed. ``REFUTED``: no run of the slice does, and
#: every gate that makes this worth saying was passed. ``UNDECIDED``: none of these; ``reason`` says why.
ProofVerdict = Literal["CONFIRMED", "CONFIRMED-IF", "REFUTED", "UNDECIDED"]

#: Why there is no verdict. ``no-claim``: the rule gives none, ``no-harness``: nobody knows who runs such a
#: claim, ``front-end``: the source did not become a program, ``unreached``: a site was never executed, or one
#: side of a guard before it was never taken, ``unmodelled``: the object goes to a function that nobody knows,
#: ``limit``: a bound was reached, ``other-error``: runs ended in something else before a site, ``control``:
#: the model with the remedy goes wrong as well, ``spurious``: the run rests on values that refinement could
#: not ground, ``entry``: nothing calls the functions of the claim.
Reason = Literal[
    "",
    "no-claim",
    "no-harness",
    "front-end",
    "unreached",
    "unmodelled",
    "limit",
    "other-error",
    "control",
    "spurious",
    "entry",
]


class Assumption(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that the verdict rests on: ``kind`` is any (a value), noop, token, model, object, bound or
    text (as the checker words it); ``used``: the trace takes it."""

    kind: str
    name: str
    why: str
    used: bool = False


class Condition(msgspec.Struct, frozen=True):
    """What must hold for a run to be possible, and where it is asked."""

    what: str
    path: str
    line: int


class Visit(msgspec.Struct, frozen=True):
    """A site of the claim, and whether some run executed it (None: no step begins there)."""

    role: Role
    path: str
    line: int
    executed: bool | None


class Control(msgspec.Struct, frozen=True, omit_defaults=True):
    """The same model with the remedy: what was changed, and what came of it."""

    what: str
    verdict: str
    states: int = 0


class Limits(msgspec.Struct, frozen=True):
    """The bounds that the verdict holds for."""

    armings: int = 2
    workers: int = 1
    objects: int = 2
    recursion: int = 2
    states: int = 300_000


class Refinement(msgspec.Struct, frozen=True):
    """One change of the model after a look at a run: from 1, what was changed and why."""

    round: int
    what: str
    why: str


class Proof(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of one finding. ``litmus`` is the generated test as text, which the plain ``lastput check
    --tree`` runs; ``inlined`` the functions of the tree that it takes, with the reason for each; ``files``
    those of the tree that were read (headers apart)."""

    schema: str = SCHEMA
    fingerprint: str
    code: str
    verdict: ProofVerdict
    reason: Reason = ""
    why: str = ""
    error: str = ""
    conditions: tuple[Condition, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    visits: tuple[Visit, ...] = ()
    inlined: tuple[tuple[str, str], ...] = ()
    limits: Limits = Limits()
    rounds: tuple[Refinement, ...] = ()
    control: Control | None = None
    states: int = 0
    trace: Trace | None = None
    litmus: str = ""
    files: tuple[str, ...] = ()
