"""The forms of an audit report, one file each: a module here has ``render(report, options) -> str``.

The module's name is the word after ``--format``; the first line of its docstring says what it is for.
They are found by walking this package, and imported only when used. What they share begins with ``_``.
"""

from __future__ import annotations

__all__ = ["Options", "names", "render"]

import importlib
import pkgutil
from collections.abc import Callable
from typing import cast

import msgspec

from lastput.errors import InternalError
from lastput.schema.audit import Report


class Options(msgspec.Struct, frozen=True):
    """How to render. ``width`` 0 is the form's own; ``version`` is that of lastput."""

    width: int = 0
    colour: bool = False
    version: str = ""


def names() -> tuple[str, ...]:
    """All forms, sorted."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def render(name: str, report: Report, options: Options | None = None) -> str:
    """The report in the form called ``name``; "" or lines that end in a newline."""
    if name not in names():
        raise InternalError(f"no form of findings is called {name!r}")
    module = importlib.import_module(f"{__name__}.{name}")
    function = cast(Callable[[Report, Options], str], module.render)
    return function(report, options or Options())
