"""The trace itself, as ``lastput-trace/1`` JSON."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.trace import Trace, encode
from lastput.show.render import Options


def render(trace: Trace, options: Options) -> str:
    """Indented JSON; the options make no difference."""
    return encode(trace).decode()
