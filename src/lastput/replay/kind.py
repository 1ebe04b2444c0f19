"""Which error class of the checker a kernel showed when it died, hung or warned."""

from __future__ import annotations

__all__ = ["kind"]

import re

#: Of what the kernel prints, in this order; the first that is found counts.
_SIGNS = (
    ("null-deref", r"NULL pointer dereference"),
    ("refcount-from-zero", r"refcount_t: addition on 0|kref_get.*WARN"),
    ("refcount-underflow", r"refcount_t: underflow"),
    ("use-after-free", r"refcount_t: saturated|list_(?:add|del) corruption|[^0-9a-f](?:6b){7,8}[^0-9a-f]"),
    # Data of a module that is gone: an address that is not mapped, and it is no instruction that is missing.
    (
        "use-after-free",
        r"unable to handle page fault(?s:.*)supervisor (?:read|write) access(?s:.*)last unloaded",
    ),
    ("sleep-in-atomic", r"scheduling while atomic|sleeping function called from invalid context"),
)


def kind(verdict: str, text_is_gone: bool, printed: str) -> str:
    """The class; "" if the report does not say. ``text_is_gone``: the kernel ran in a module's text that was
    given back; ``printed`` is its report."""
    if verdict in ("HUNG", "LEAK"):
        return {"HUNG": "deadlock", "LEAK": "leak"}[verdict]
    if text_is_gone:
        return "unmapped-text"
    return next((name for name, sign in _SIGNS if re.search(sign, printed)), "")
