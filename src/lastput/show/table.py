"""The table of many checks: claim, expected, verdict, states, steps; then tests without a claim."""

from __future__ import annotations

__all__ = ["expected_text", "table"]

import re
import textwrap

from lastput.schema.checked import Checked, Expectation

WIDTH = 80
_NAME = 31
_EXPECTED = 18


def table(checks: tuple[Checked, ...]) -> str:
    """A row for each claim and test, in the order of the claims, and a summary."""
    head = f"{'claim':<5} {'test':<{_NAME}} {'expected':<{_EXPECTED}} {'verdict':<8}{'states':>9}{'steps':>6}"
    rows = [head, " ".join("-" * size for size in (5, _NAME, _EXPECTED, 7, 9, 5))]
    claims = sorted({claim for check in checks for claim in check.expected.claims}, key=_claim_order)
    for claim in claims:
        label = claim
        for check in checks:
            if claim in check.expected.claims:
                rows += _row(label, check)
                label = ""
    rest = [check for check in checks if not check.expected.claims]
    if rest and claims:
        rows += ["", "without a claim:"]
    for check in rest:
        rows += _row("", check)
    return "\n".join(row.rstrip() for row in [*rows, "", *_summary(checks)]) + "\n"


def expected_text(expected: Expectation) -> str:
    """The ``Result:`` line again."""
    if not expected.stated:
        return "nothing stated"
    return ", ".join(f"{slug} ({name})" if name else slug for slug, name in expected.results) or "safe"


def _row(claim: str, check: Checked) -> list[str]:
    name = check.file.rpartition("/")[2].removesuffix(".c")
    words = [slug for slug, _ in check.expected.results] or ["safe" if check.expected.stated else "-"]
    steps = [str(len(trace.steps)) for trace in check.traces]
    rows = []
    for number in range(max(len(words), len(steps), 1)):
        first = number == 0
        mark = "!" if first and (check.wrong or check.problem) else ""
        rows.append(
            f"{claim if first else '':<5} {_fit(name, _NAME) if first else '':<{_NAME}} "
            f"{words[number] if number < len(words) else '':<{_EXPECTED}} "
            f"{check.verdict + mark if first else '':<8}{f'{check.states:,}' if first else '':>9}"
            f"{steps[number] if number < len(steps) else '':>6}"
        )
    return rows


def _fit(name: str, width: int) -> str:
    return name if len(name) <= width else name[: width - 2] + ".."


def _claim_order(claim: str) -> tuple[str, int, str]:
    match = re.fullmatch(r"([A-Za-z]*)(\d+)(.*)", claim)
    return (match[1], int(match[2]), match[3]) if match else (claim, 0, "")


def _summary(checks: tuple[Checked, ...]) -> list[str]:
    bad = [check for check in checks if check.wrong or check.problem]
    states = sum(check.states for check in checks)
    rows = [f"{len(checks)} tests, {len(checks) - len(bad)} as expected; {states:,} states"]
    for check in bad:
        rows.append("")
        rows.append(f"! {check.file}: expected {expected_text(check.expected)}, got {check.verdict}")
        for line in (*check.wrong, *check.problem.splitlines()):
            rows += textwrap.wrap(line.strip(), WIDTH, initial_indent="    ", subsequent_indent="    ")
    return rows
