"""UBSAN: what C does not define: shifts, indices, overflows."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.draft import Draft
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

_SENTENCE = Lazy(
    r"(?:index|shift exponent|left shift|right shift|negation|division|signed integer|unsigned integer"
    r"|member access"
    r"|load of|store to|variable length|null pointer|value|implicit|applying|upcast|downcast|constructor"
    r"|object)\b"
    r".{4,200}|\d[\d -]{0,40} [-+*/] .{4,160}"
)


def _take(draft: Draft, text: str) -> bool:
    if draft.message or draft.has_stack or _SENTENCE.match(text) is None:
        return False
    draft.message = text[:300]
    return True


KIND = Kind(
    name="ubsan",
    source="lib/ubsan.c: ubsan_prologue",
    needles=(b"UBSAN: ",),
    heads=(
        Lazy(r"UBSAN: (?P<what>[\w -]{1,60}?) in (?P<place>[\w./+-]{1,200}:\d{1,6})(?::\d{1,6})?"),
        Lazy(r"UBSAN: (?P<what>[\w -]{1,60})$"),
    ),
    take=_take,
    absorbs=frozenset({"oops"}),
    end=Lazy(r"={60,80}$|---\[ end trace"),
)
