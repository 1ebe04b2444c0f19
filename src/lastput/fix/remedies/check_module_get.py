"""``try_module_get()`` whose result is asked: the function fails where it did."""

from __future__ import annotations

__all__ = ["CODES", "ORDER", "plans"]

import re
from collections.abc import Iterator

from lastput.fix.case import Case, Plan, Unable
from lastput.fix.code import Code
from lastput.fix.draft import Draft
from lastput.fix.named import calling, top_level

CODES = ("MOD002",)
ORDER = 20


def plans(case: Case) -> Iterator[Plan]:
    """An error return where nothing is to be undone yet; else the call that cannot fail, if the reference is
    one to a module whose own code runs here."""
    get = case.site("get")
    code = case.at(get)
    tree = calling(code, get.call, get.line)
    fact = case.function(get.path, get.function, get.line)
    call = code.text(tree).rstrip(";")
    name = fact.name
    if fact.returns.split()[-1:] == ["int"] and _first(code, tree.start_byte):
        draft = Draft(code)
        draft.replace(tree, f"if (!{call})", "\treturn -ENODEV;")
        yield Plan(
            "check-module-get", draft.edits(), f"check try_module_get() in {name}()",
            "Fail where the module is being unloaded and no reference could be taken.",
        )  # fmt: skip
    if get.text != "THIS_MODULE":
        raise Unable("what else is to be undone where it fails is for a person to say")
    draft = Draft(code)
    draft.replace(tree, re.sub(r"\btry_module_get\b", "__module_get", call) + ";")
    yield Plan(
        "check-module-get", draft.edits(), f"use __module_get() in {name}()",
        f"{name}() is text of this module, so whoever runs it holds a reference already: take another one"
        " in a way that does not fail.",
    )  # fmt: skip


def _first(code: Code, start: int) -> bool:
    """Whether nothing was called before it."""
    for one in top_level(code):
        if one.start_byte == start:
            return True
        if "(" in code.text(one):
            return False
    return False
