"""The renderers of proofs, one file each: a module here has ``render(finding, proof, options) -> str``.

The module's name is the form's name. They are found by walking this package.
"""

from __future__ import annotations

__all__ = ["names", "render"]

import importlib
import pkgutil
from collections.abc import Callable
from typing import cast

from lastput.errors import InternalError
from lastput.schema.finding import Finding
from lastput.schema.proof import Proof
from lastput.show.render import Options


def names() -> tuple[str, ...]:
    """All forms, sorted."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(__path__)))


def render(name: str, finding: Finding, proof: Proof, options: Options | None = None) -> str:
    """The proof in the form called ``name``, ending in a newline."""
    if name not in names():
        raise InternalError(f"no form of a proof is called {name!r}")
    module = importlib.import_module(f"{__name__}.{name}")
    function = cast(Callable[[Finding, Proof, Options], str], module.render)
    return function(finding, proof, options or Options())
