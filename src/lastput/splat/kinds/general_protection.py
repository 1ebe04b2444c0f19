"""A general protection fault: on x86 mostly the use of a pointer that is none."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="general-protection",
    source="arch/x86/kernel/traps.c: exc_general_protection",
    needles=(b"general protection",),
    heads=(
        Lazy(
            r"general protection fault, (?:probably|maybe) for (?P<what>non-canonical )?address"
            r" (?P<address>0x[0-9a-f]{1,16})"
        ),
        Lazy(r"general protection fault(?:, kernel NULL pointer dereference)?: (?P<oops>[0-9a-f]{4}) \[#"),
        Lazy(r"general protection fault, kernel: (?P<oops>[0-9a-f]{4}) \[#"),
    ),
    details=(
        Lazy(r"KASAN: (?P<kasan>[\w -]{1,40}) in range \[(?P<low>0x[0-9a-f]{16})-(?P<high>0x[0-9a-f]{16})\]"),
        Lazy(
            r"kasan: (?:CONFIG_KASAN_INLINE enabled|GPF could be caused by "
            r"(?P<gpf>NULL-ptr deref or user memory access))"
        ),
    ),
    absorbs=frozenset({"oops"}),
)
