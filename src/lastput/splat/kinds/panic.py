"""A panic that no report came before."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="panic",
    source="kernel/panic.c: panic",
    needles=(b"Kernel panic",),
    heads=(
        Lazy(r"Kernel panic - not syncing: (?P<what>.{1,200})"),
        Lazy(r"(?P<what>Kernel panic - not syncing)"),
    ),
    last=True,
    bare=True,
)
