"""A search that was stopped, as data: enough to go on where it was."""

from __future__ import annotations

__all__ = ["Snapshot", "fingerprint"]

import hashlib
from typing import Any

import msgspec

from lastput.engine.pack import Ranges
from lastput.engine.program import Program


class Snapshot(msgspec.Struct, frozen=True):
    """``states``, ``shared`` and ``local`` hold ``stored`` states under ``lay_out(program, ranges, first
    state)`` as roots and parts (``parts.Packed``, with ``bits``), in the byte order of the machine;
    ``stack`` are depth << 32 | number of those to expand, last first, if ``order`` is 'dfs';
    ``futures`` is what ``Futures.dump`` gives, empty without partial order. ``seen`` are pairs of an error
    class and the number of the state where it was first met. The rest is as in ``Result`` and
    ``walk``."""

    program: str
    merge: bool
    symmetry: bool
    partial_order: bool
    order: str
    ranges: Ranges
    stored: int
    head: int
    transitions: int
    failures: int
    depth: int
    level_end: int
    first_new: int
    dirty_at: int
    seen: tuple[tuple[int, int], ...]
    demoted: tuple[int, ...]
    executed: tuple[bool, ...]
    blocked: tuple[bool, ...]
    bits: tuple[int, int]
    states: Any
    shared: Any
    local: Any
    stack: Any
    futures: Any


def fingerprint(program: Program) -> str:
    """Tells programs apart."""
    encoded = msgspec.msgpack.encode(program)
    return hashlib.blake2b(encoded, digest_size=16).hexdigest()
