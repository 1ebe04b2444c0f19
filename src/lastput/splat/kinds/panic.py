"""A panic that no report came before."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="panic",
    source="kernel/panic.c: panic",
    needles=(b"Kernel panic - not syncing", b"stack is corrupted in"),
    heads=(
        re.compile(
            r"Kernel panic - not syncing: (?P<what>stack-protector: Kernel stack is corrupted in: "
            r"(?P<at>[\w.$]{1,200}))"
        ),
        re.compile(r"Kernel panic - not syncing: (?P<what>.{1,200})"),
        re.compile(r"(?P<what>Kernel panic - not syncing)"),
    ),
    last=True,
    bare=True,
)
