"""The functions that Python calls, compiled. ``native`` knows what their arguments are."""

from __future__ import annotations

__all__ = ["ENTRIES"]

from collections.abc import Callable
from typing import Any

from lastput.engine.canonical_fast import canonical_into
from lastput.engine.explore import explore
from lastput.engine.index import rebuild
from lastput.engine.layout_fast import observe, transfer
from lastput.engine.routes import route

ENTRIES: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (canonical_into, explore, observe, rebuild, route, transfer)
}
