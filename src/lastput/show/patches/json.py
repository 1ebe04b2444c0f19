"""One line of JSON for each finding: ``lastput-patch/1``, a patch or why there is none."""

from __future__ import annotations

__all__ = ["render"]

import msgspec

from lastput.schema.patch import Patch, Refusal


def render(answer: Patch | Refusal) -> str:
    """The struct as it is; what is not UTF-8 in a diff becomes a question mark."""
    told = msgspec.to_builtins(answer)
    if isinstance(answer, Patch):
        told["diff"] = answer.diff.encode("utf-8", "replace").decode()
    return msgspec.json.encode(told).decode() + "\n"
