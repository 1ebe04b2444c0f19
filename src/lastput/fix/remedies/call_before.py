"""The missing call before the statement that comes too early: a put before the ``kfree()`` of its holder."""

from __future__ import annotations

__all__ = ["CODES", "ORDER", "plans"]

import re
from collections.abc import Iterator

from lastput.c.patterns import has_word
from lastput.fix.case import Case, Plan, Unable
from lastput.fix.draft import Draft
from lastput.fix.named import calling

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
    draft = Draft(code)
    draft.before(tree, f"{claim.missing};")
    what = "use-after-free" if claim.error == "use-after-free" else "reference leak"
    yield Plan(
        "call-before",
        draft.edits(),
        f"fix {what} in {code.function.head.name}()",
        f"Call {claim.missing} before {site.call}({site.text}).",
    )
