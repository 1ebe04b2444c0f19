"""The commit message of a patch: what goes wrong, how, what is done about it, how it was found."""

from __future__ import annotations

__all__ = ["body", "subject"]

import re
import textwrap

from lastput.fix.case import Plan
from lastput.fix.race import WIDTH, race
from lastput.fix.subject import prefix
from lastput.schema.finding import Finding

_LONGEST = 75  # columns of a subject, as checkpatch would like it


def subject(root: str, finding: Finding, plan: Plan) -> str:
    """One line in the style of the subsystem."""
    before = prefix(root, plan.edits[0].path if plan.edits else finding.where.path)
    whole = f"{before}{plan.subject}"
    if len(whole) > _LONGEST and " in " in plan.subject:
        whole = f"{before}{plan.subject.rpartition(' in ')[0]}"
    if len(whole) > _LONGEST and " of " in plan.subject:
        whole = f"{before}{plan.subject.rpartition(' of ')[0]}"
    return _plain(whole)


def body(finding: Finding, plan: Plan, rule: str, release: str) -> str:
    """Paragraphs of 72 columns, plain ASCII, with a newline at the end."""
    first = finding.message.split()[0]
    message = (
        finding.message
        if re.search(r"\W|_", first)
        else f"{first.capitalize()}{finding.message[len(first) :]}"
    )
    parts = [_filled(f"{message}:")]
    causes = []
    for number, cause in enumerate(finding.causes, 1):
        causes += textwrap.wrap(
            cause.what, WIDTH, initial_indent=f" {number}. ", subsequent_indent="    ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    parts.append("\n".join(causes))
    drawn = race(finding.claim)
    if drawn:
        parts.append("\n".join(drawn))
    parts.append(_filled(plan.does))
    of = f"Linux {release}" if release else "the tree"
    parts.append(
        _filled(f"Found by lastput ({finding.code} {rule}), which reads the source; it was seen in {of}.")
    )
    return _plain("\n\n".join(part for part in parts if part) + "\n")


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _plain(text: str) -> str:
    return text.encode("ascii", "replace").decode()
