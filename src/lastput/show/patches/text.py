"""The patch with its message, and what was checked; or why there is none, and what would mend it."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.patch import Check, Patch, Refusal

_MARKS = {True: "ok", False: "FAILED", None: "not known"}


def render(answer: Patch | Refusal) -> str:
    """What ``git apply`` takes, too: all but the diff is prose before it."""
    if isinstance(answer, Refusal):
        head = f"{answer.where}: {answer.code}: {answer.why} [{answer.slug}]\n"
        return f"{head}  {answer.sketch}\n" if answer.sketch else head
    rows = [
        f"{answer.where}: {answer.code}: {answer.kind}",
        *map(_checked, answer.checks),
        "",
        answer.subject,
        "",
    ]
    text = "\n".join(rows) + "\n" + answer.body
    if answer.fixes:
        text += f"\nFixes: {answer.fixes}\n"
    return f"{text}\n{answer.diff}"


def _checked(check: Check) -> str:
    return f"  {check.kind}: {_MARKS[check.holds]}: {check.what}"
