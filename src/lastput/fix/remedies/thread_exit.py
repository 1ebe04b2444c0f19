"""A thread that ends in core text: ``module_put_and_kthread_exit()`` or ``kthread_complete_and_exit()`` in
place of its last signal and its return."""

from __future__ import annotations

__all__ = ["CODES", "ORDER", "plans"]

import re
from collections.abc import Iterator

from tree_sitter import Node as Tree

from lastput.fix.case import Case, Plan, Unable
from lastput.fix.code import Code
from lastput.fix.draft import Draft
from lastput.fix.named import calling

CODES = ("KTH001", "KTH010")
ORDER = 20

_SIMPLE = re.compile(r"return (-?\w+);")


def plans(case: Case) -> Iterator[Plan]:
    """If nothing but the return follows the signal."""
    where = case.finding.where
    code = case.at(where)
    signal = "module_put" if case.finding.code == "KTH010" else "complete"
    tree = _signal(code, signal, case)
    following = code.following(tree)
    text = code.text(following) if following is not None else ""
    value = _SIMPLE.fullmatch(text)
    if following is None or value is None:
        raise Unable(f"something is done between {signal}() and the return")
    given = code.text(tree).partition("(")[2].removesuffix(");")
    call = (
        f"module_put_and_kthread_exit({value[1]});"
        if signal == "module_put"
        else f"kthread_complete_and_exit({given}, {value[1]});"
    )
    if signal == "module_put" and given != "THIS_MODULE":
        raise Unable("it puts another module than the one that it runs in")
    draft = Draft(code)
    draft.replace(tree, call)
    draft.replace(following)
    name = code.function.head.name
    yield Plan(
        "thread-exit", draft.edits(), f"end {name}() in core text",
        f"Call {call.partition('(')[0]}(), which does both and does not return into the module.",
    )  # fmt: skip


def _signal(code: Code, name: str, case: Case) -> Tree:
    lines = [case.finding.where.line, *(cause.where.line for cause in case.finding.causes)]
    for line in lines:
        try:
            return calling(code, name, line)
        except Unable:
            continue
    raise Unable(f"{name}() is no statement of its own")
