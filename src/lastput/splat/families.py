"""Which family of audit rules looks for an error class, and for which context.

Families: MOD modules, FIL files and ops tables, WRK work items and timers, KTH kthreads, REF references,
LCK waits under locks.
"""

from __future__ import annotations

__all__ = ["family"]

_BY_CONTEXT = {
    ("unmapped-text", "work"): "WRK",
    ("unmapped-text", "kthread"): "KTH",
    ("unmapped-text", "release"): "FIL",
    ("use-after-free", "work"): "WRK",
    ("use-after-free", "kthread"): "KTH",
    ("use-after-free", "release"): "FIL",
    ("deadlock", "work"): "WRK",
    ("deadlock", "kthread"): "KTH",
    ("warn", "work"): "WRK",
}

_BY_CLASS = {
    "unmapped-text": "MOD",
    "use-after-free": "REF",
    "double-free": "REF",
    "refcount-underflow": "REF",
    "refcount-from-zero": "REF",
    "leak": "REF",
    "null-deref": "REF",
    "deadlock": "LCK",
    "sleep-in-atomic": "LCK",
    "lock-misuse": "LCK",
}


def family(error: str, context: str = "") -> str:
    """The family for an error class in a context (``work``, ``kthread``, ``release``, ""), or ""."""
    return _BY_CONTEXT.get((error, context)) or _BY_CLASS.get(error, "")
