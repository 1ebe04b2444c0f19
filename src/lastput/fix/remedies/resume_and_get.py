"""``pm_runtime_resume_and_get()`` in place of ``pm_runtime_get_sync()``: it keeps no count where it fails."""

from __future__ import annotations

__all__ = ["CODES", "ORDER", "plans"]

import re
from collections.abc import Iterator

from lastput.c.flow.graph import Kind
from lastput.fix.case import Case, Plan, Unable
from lastput.fix.code import Code
from lastput.fix.draft import Draft
from lastput.schema.claim import Site

CODES = ("REF004",)
ORDER = 10

_OLD, _NEW = "pm_runtime_get_sync", "pm_runtime_resume_and_get"
_FAILS = re.compile(r"<\s*0\s*$|^\(?\s*\w+\s*\)?$|!=\s*0\s*$|^!")


def plans(case: Case) -> Iterator[Plan]:
    """The other call if a result of 1 is asked for nowhere; else a put where it failed."""
    get = case.site("get")
    code = case.at(get)
    node, call = next(
        (
            (node, call)
            for node, call in code.graph.calling(_OLD)
            if call.line == get.line or node.line == get.line
        ),
        (None, None),
    )
    if node is None or call is None:
        raise Unable(f"{_OLD}() is not called in line {get.line} by itself")
    name = code.function.head.name
    if not re.search(r"\bpm_runtime_put_noidle\s*\(", code.raw(code.function.body, code.function.end)) and (
        call.result == "" or _only_asked_whether(code, call.result)
    ):
        draft = Draft(code)
        draft.splice(call.offset, call.offset + len(_OLD), _NEW)
        yield Plan(
            "resume-and-get",
            draft.edits(),
            f"fix runtime PM usage count leak in {name}()",
            f"Use {_NEW}(), which lowers the count again when it fails.",
        )
    yield _put(case, code, get)


def _only_asked_whether(code: Code, result: str) -> bool:
    """Whether no condition tells 1, which the old call may give, from 0."""
    return not any(
        node.kind is Kind.CONDITION
        and re.search(rf"(?<![\w.>]){re.escape(result)}\b", node.text)
        and not _FAILS.search(node.text)
        for node in code.graph.nodes
    )


def _put(case: Case, code: Code, get: Site) -> Plan:
    """``pm_runtime_put_noidle()`` before the exit that only the failure leads to."""
    leave = case.site("exit")
    node = next((one for one in code.graph.nodes if one.kind is Kind.RETURN and one.line == leave.line), None)
    tree = code.statement(node) if node is not None else None
    if tree is None:
        raise Unable("the failure leads to no return of its own")
    draft = Draft(code)
    draft.before(tree, f"{case.claim.missing};")
    return Plan(
        "resume-and-get",
        draft.edits(),
        f"fix runtime PM usage count leak in {code.function.head.name}()",
        f"Call {case.claim.missing} where {get.call}() failed.",
    )
