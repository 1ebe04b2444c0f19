"""The missing call before the statement that comes too early: a put before the ``kfree()`` of its holder."""

from __future__ import annotations

__all__ = ["CODES", "ORDER", "plans"]

import re
from collections.abc import Iterator

from lastput.c.flow.graph import Node
from lastput.c.patterns import has_word
from lastput.fix.case import Case, Plan, Unable
from lastput.fix.code import Code
from lastput.fix.draft import Draft
from lastput.fix.named import calling
from lastput.fix.owned import held
from lastput.fix.taken import tolerates_null

CODES = ("REF013", "WRK006")
ORDER = 20


def plans(case: Case) -> Iterator[Plan]:
    """Right before the statement."""
    claim = case.claim
    site = claim.sites[claim.before]
    code = case.at(site)
    tree = calling(code, site.call, site.line)
    given = claim.missing.partition("(")[2].rstrip(")")
    root = re.match(r"[&*(\s]*(\w+)", given)
    if root is None or not has_word(code.raw(code.function.start, code.function.end), root[1]):
        raise Unable(f"{code.function.head.name}() has no name for what {claim.missing} needs")
    _had(case, code, site.line)
    draft = Draft(code)
    draft.before(tree, f"{claim.missing};")
    what = "use-after-free" if claim.error == "use-after-free" else "reference leak"
    yield Plan(
        "call-before",
        draft.edits(),
        f"fix {what} in {code.function.head.name}()",
        f"Call {claim.missing} before {site.call}({site.text}).",
    )


def _had(case: Case, code: Code, line: int) -> None:
    """Raises Unable if the holder has it on some ways to ``line`` only, and what else it has is no NULL."""
    get = next((one for one in case.claim.sites if one.role == "get"), None)
    if get is None or get.function != code.function.head.name:
        return
    put = case.claim.missing.partition("(")[0]
    target = re.sub(r"[&\s]", "", get.text)
    found = [
        (node, call) for node, call in code.graph.calling(get.call) if get.line in (call.line, node.line)
    ]
    at = next((node for node in code.graph.nodes if node.line == line and node.calls), None)
    if not found or at is None:
        raise Unable(f"{get.call}() in line {get.line} is not understood")
    node, call = found[0]

    def given_up(other: Node) -> bool:
        return any(each.name == put for each in other.calls)

    result = call.result if re.fullmatch(r"\w+", call.result) else ""
    success = "zero" if result and target != result else "always"
    if held(code.graph, node.index, given_up, result=result, success=success).surely(at.index):
        return
    writes = [one for other in code.graph.nodes for one in other.writes if one.target == target]
    text = code.raw(code.function.body, code.function.end)
    zeroed = re.search(r"\b\w*(?:zalloc|calloc)\w*\s*\(", text) is not None
    if len(writes) > 1 or not zeroed or not tolerates_null(case.facts, put):
        raise Unable(f"{target} is had on some ways to line {line} only")
