"""A mail that ``git am`` takes: From, Subject, message, diff. Who sends it signs it off."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.patch import Patch, Refusal

_ZERO = "0" * 40
#: The date that git's own mails bear in their first line, which is not read.
_DATE = "Mon Sep 17 00:00:00 2001"


def render(answer: Patch | Refusal) -> str:
    """Nothing for a finding without a patch."""
    if isinstance(answer, Refusal):
        return ""
    fixes = f"\nFixes: {answer.fixes}\n" if answer.fixes else ""
    checked = "\n".join(f"{check.kind}: {check.what}" for check in answer.checks if check.holds)
    # What stands between the line of three dashes and the diff goes into no commit.
    return (
        f"From {_ZERO} {_DATE}\nFrom: lastput <lastput@localhost>\nSubject: [PATCH] {answer.subject}\n\n"
        f"{answer.body}{fixes}---\nChecked by lastput ({answer.code} at {answer.where}):\n{checked}\n\n"
        f"{answer.diff}-- \nlastput\n\n"
    )
