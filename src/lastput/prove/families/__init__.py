"""Who runs a claim: one file for each kind of race, found by walking the package.

A family has ``CONCURRENT`` (more than one thread runs: values at the start are few at first),
``handles(claim)``, and ``build(case, plan)``, which gives the harness: the threads, what is
armed or held before, and the models that the claim needs."""

from __future__ import annotations

__all__ = ["family_of"]

import functools
import importlib
import pkgutil
from types import ModuleType

from lastput.schema.claim import Claim


@functools.cache
def _families() -> tuple[ModuleType, ...]:
    names = sorted(one.name for one in pkgutil.iter_modules(__path__) if not one.name.startswith("_"))
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)


def family_of(claim: Claim) -> ModuleType | None:
    """The family that runs such a claim; None if nobody does."""
    return next((one for one in _families() if one.handles(claim)), None)
