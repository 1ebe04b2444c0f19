"""Widths and signs of C's integer types on a 64-bit kernel, and the conversions between them (C11 6.3.1).

The engine computes in signed 64-bit words. A value of a narrower type is held as it is; an unsigned
64-bit one from 2**63 on is held as the negative number with the same bits. ``Int()``, 64 bits and
signed, is also the type of what nobody declared.
"""

from __future__ import annotations

__all__ = ["LOWEST", "common", "integer", "is_subset", "mask", "narrow", "number_type", "promote"]

from lastput.model.types import Int, Type, find

LOWEST = -(1 << 63)

_BOOLEAN = frozenset(("bool", "_Bool"))
_SIGNED_NAMES = {
    "ssize_t": 64, "ptrdiff_t": 64, "intptr_t": 64, "loff_t": 64, "off_t": 64, "pid_t": 32,
    "ktime_t": 64, "time64_t": 64, "clockid_t": 32, "irqreturn_t": 32, "key_serial_t": 32,
}  # fmt: skip
_UNSIGNED_NAMES = {
    "size_t": 64, "uintptr_t": 64, "uid_t": 32, "gid_t": 32, "mode_t": 32, "umode_t": 16, "dev_t": 32,
    "gfp_t": 32, "fmode_t": 32, "sector_t": 64, "blkcnt_t": 64, "pgoff_t": 64, "dma_addr_t": 64,
    "phys_addr_t": 64, "resource_size_t": 64, "vm_fault_t": 32, "blk_status_t": 8, "__poll_t": 32,
    "poll_t": 32, "gva_t": 64, "gpa_t": 64, "gfn_t": 64, "hva_t": 64, "hpa_t": 64, "hfn_t": 64,
    "kvm_pfn_t": 64, "async_cookie_t": 64, "uint": 32, "ulong": 64, "ushort": 16, "u_int": 32,
    "u_long": 64, "u_char": 8, "u_short": 16, "slab_flags_t": 32, "blk_opf_t": 32, "blk_mode_t": 32,
    "cycles_t": 64,
}  # fmt: skip


def integer(name: str) -> Int:
    """The type that a spelling names: ``unsigned long``, ``u8``, ``__le16``, ``bool``, ``gfp_t``."""
    if name in _BOOLEAN:
        return Int(boolean=True)
    if name in _SIGNED_NAMES:
        return Int(_SIGNED_NAMES[name])
    if name in _UNSIGNED_NAMES:
        return Int(_UNSIGNED_NAMES[name], signed=False)
    words = name.split()
    digits = "".join(char for char in name if char.isdigit())
    if len(words) == 1 and digits in ("8", "16", "32", "64"):
        return Int(int(digits), signed=name.strip("_").startswith(("s", "int")))
    bits = 64 if "long" in words else 16 if "short" in words else 8 if "char" in words else 32
    return Int(bits, signed="unsigned" not in words)


def number_type(value: int, text: str) -> Int:
    """The type of an integer constant as it is written (C11 6.4.4.1)."""
    body = text.lower()
    if body.startswith(("'", "l'", "u'")):
        return Int(32)
    suffix = body[len(body.rstrip("ul")) :] if not body.startswith("0x") or body[-1] in "ul" else ""
    decimal = not body.startswith("0") or body.strip("ul") == "0"
    least = 64 if "l" in suffix else 32
    for bits in (32, 64):
        if bits < least:
            continue
        if "u" not in suffix and value < 1 << bits - 1:
            return Int(bits)
        if ("u" in suffix or not decimal) and value < 1 << bits:
            return Int(bits, signed=False)
    return Int(64, signed=value < 1 << 63)


def promote(type: Type) -> Int:
    """The integer promotions: what is narrower than int becomes int."""
    found = find(type)
    if not isinstance(found, Int):
        return Int()
    return Int(32) if found.boolean or found.bits < 32 else found


def common(left: Type, right: Type) -> Int:
    """The usual arithmetic conversions."""
    a, b = promote(left), promote(right)
    if a.bits == b.bits:
        return a if not a.signed else b
    return a if a.bits > b.bits else b


def is_subset(inner: Type, outer: Type) -> bool:
    """Whether each value of ``inner`` is held in the same way as a value of ``outer``."""
    a, b = find(inner), find(outer)
    if not isinstance(a, Int) or not isinstance(b, Int) or b.bits >= 64:
        return True
    if b.boolean:
        return a.boolean
    if a.boolean:
        return True
    if a.signed:
        return b.signed and a.bits <= b.bits
    return a.bits <= b.bits - b.signed


def mask(type: Int) -> int:
    """All bits of a type narrower than 64 bits."""
    return (1 << type.bits) - 1


def narrow(value: int, type: Type) -> int:
    """``value`` converted to ``type``, as the engine holds it."""
    found = find(type)
    if not isinstance(found, Int):
        found = Int()
    if found.boolean:
        return int(value != 0)
    value &= mask(found)
    if (found.signed or found.bits == 64) and value >> found.bits - 1:
        value -= 1 << found.bits
    return value
