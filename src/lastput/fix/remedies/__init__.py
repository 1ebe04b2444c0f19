"""The remedies, one file each: ``CODES`` are the rules whose findings a module can mend, by ``plans(case)``.

``plans`` yields plans, best first, or raises ``Unable``. Modules of lower ``ORDER`` are asked first. They are
found by walking this package.
"""

from __future__ import annotations

__all__ = ["codes", "plans"]

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from lastput.fix.case import Case, Plan, Unable


@cache
def _modules() -> tuple[ModuleType, ...]:
    found = [importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)]
    return tuple(sorted(found, key=lambda one: (one.ORDER, one.__name__)))


def codes() -> frozenset[str]:
    """The rules for which there is a remedy."""
    return frozenset(code for one in _modules() for code in one.CODES)


def plans(case: Case) -> Iterator[Plan]:
    """All plans for a finding, best first. Raises Unable, with the first reason, if there is none."""
    reason: Unable | None = None
    some = False
    for module in _modules():
        if case.finding.code not in module.CODES:
            continue
        try:
            for plan in module.plans(case):
                some = True
                yield plan
        except Unable as error:
            reason = reason or error
    if not some:
        raise reason or Unable(f"what mends {case.finding.code} is a change of design")
