"""The forms of a patch, one file each: a module here has ``render(answer) -> str``.

The module's name is the word after ``--format``. They are found by walking this package.
"""

from __future__ import annotations

__all__ = ["names", "render"]

import importlib
import pkgutil
from collections.abc import Callable
from typing import cast

from lastput.errors import InternalError
from lastput.schema.patch import Patch, Refusal


def names() -> tuple[str, ...]:
    """All forms, sorted."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(__path__)))


def render(name: str, answer: Patch | Refusal) -> str:
    """The patch, or why there is none, in the form called ``name``, ending in a newline."""
    if name not in names():
        raise InternalError(f"no form of a patch is called {name!r}")
    module = importlib.import_module(f"{__name__}.{name}")
    function = cast(Callable[[Patch | Refusal], str], module.render)
    return function(answer)
