"""The renderers, one file each: a module here has ``render(trace, options) -> str``.

The module's name is the renderer's name; the first line of its docstring says what it is for. They
are found by walking this package, and imported only when used.
"""

from __future__ import annotations

__all__ = ["Options", "names", "render"]

import importlib
import pkgutil
from collections.abc import Callable
from typing import cast

import msgspec

from lastput.errors import InternalError
from lastput.schema.trace import Trace


class Options(msgspec.Struct, frozen=True):
    """How to render. ``width`` 0 is the renderer's own; ``verbose`` shows every step."""

    width: int = 0
    colour: bool = False
    verbose: bool = False


def names() -> tuple[str, ...]:
    """All renderers, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def render(name: str, trace: Trace, options: Options | None = None) -> str:
    """The trace in the form called ``name``, ending in a newline."""
    if name not in names():
        raise InternalError(f"no renderer is called {name!r}")
    module = importlib.import_module(f"{__name__}.{name}")
    function = cast(Callable[[Trace, Options], str], module.render)
    return function(trace, options or Options())
