"""The table of many checks: each claim with its tests, expected, verdict, states, steps; then the rest."""

from __future__ import annotations

__all__ = ["expected_text", "table"]

import re
import textwrap

from lastput.schema.checked import Checked, Claim, Expectation

WIDTH = 80
_NAME = 31
_EXPECTED = 18


def table(checks: tuple[Checked, ...], claims: tuple[Claim, ...] = ()) -> str:
    """Rows for each claim and its tests, in the order of the claims, and a summary. ``claims`` says what
    is claimed; a claim that it lacks has its tests alone."""
    known = {claim.name: claim for claim in claims}
    head = f"{'claim':<5} {'test':<{_NAME}} {'expected':<{_EXPECTED}} {'verdict':<8}{'states':>9}{'steps':>6}"
    rows = [head, " ".join("-" * size for size in (5, _NAME, _EXPECTED, 7, 9, 5))]
    named = sorted({claim for check in checks for claim in check.expected.claims}, key=_claim_order)
    for name in named:
        deciding = [check for check in checks if name in check.expected.claims]
        label = name
        if name in known:
            rows += _claim(known[name], deciding)
            label = ""
        for check in deciding:
            rows += _row(label, check)
            label = ""
    rest = [check for check in checks if not check.expected.claims]
    if rest and named:
        rows += ["", "without a claim:"]
    for check in rest:
        rows += _row("", check)
    return "\n".join(row.rstrip() for row in [*rows, "", *_summary(checks)]) + "\n"


def expected_text(expected: Expectation) -> str:
    """The ``Result:`` line again."""
    if not expected.stated:
        return "nothing stated"
    return ", ".join(f"{slug} ({name})" if name else slug for slug, name in expected.results) or "safe"


def _claim(claim: Claim, deciding: list[Checked]) -> list[str]:
    """What is claimed, and what its tests make of it; why, if they all ran."""
    verdict: str = claim.verdict
    because = claim.because
    if any(check.wrong or check.problem for check in deciding):
        verdict, because = "UNDECIDED", "a test of it is not as expected"
    elif any(check.verdict == "NOT RUN" for check in deciding):
        because += "; not all of its tests were run"
    rows = textwrap.wrap(f"{claim.name:<5} {claim.says}", WIDTH, subsequent_indent=" " * 6)
    return ["", *rows, *textwrap.wrap(f"      {verdict}: {because}", WIDTH, subsequent_indent=" " * 8)]


def _row(claim: str, check: Checked) -> list[str]:
    """One line for each error class that is expected or was found."""
    name = _fit(check.file.rpartition("/")[2].removesuffix(".c"), _NAME)
    wanted = [slug for slug, _ in check.expected.results]
    steps = {trace.error: str(len(trace.steps)) for trace in check.traces}
    pairs = [(slug, steps.get(slug, "")) for slug in wanted]
    # Data of a module goes with its text: that finding is no class of its own in the header.
    pairs += [(f"+ {slug}", count) for slug, count in steps.items() if slug not in wanted]
    if not wanted:
        pairs.insert(0, ("safe" if check.expected.stated else "-", ""))
    verdict = check.verdict + ("!" if check.wrong or check.problem else "")
    rows = []
    for number, (slug, count) in enumerate(pairs):
        left = f"{claim:<5} {name:<{_NAME}}" if number == 0 else " " * (_NAME + 6)
        states = f"{check.states:,}" if check.states else ""
        middle = f"{verdict:<8}{states:>9}" if number == 0 else " " * 17
        rows.append(f"{left} {slug:<{_EXPECTED}} {middle}{count:>6}")
    return rows


def _fit(name: str, width: int) -> str:
    return name if len(name) <= width else name[: width - 2] + ".."


def _claim_order(claim: str) -> tuple[str, int, str]:
    match = re.fullmatch(r"([A-Za-z]*)(\d+)(.*)", claim)
    return (match[1], int(match[2]), match[3]) if match else (claim, 0, "")


def _summary(checks: tuple[Checked, ...]) -> list[str]:
    bad = [check for check in checks if check.wrong or check.problem]
    left = [check for check in checks if check.verdict == "NOT RUN"]
    states = sum(check.states for check in checks)
    done = len(checks) - len(bad) - len(left)
    rows = [f"{len(checks)} tests, {done} as expected; {states:,} states"]
    if left:
        rows.append(f"{len(left)} not run: they read a kernel tree (--tree DIR, or linux-source-*.tar.xz)")
    for check in bad:
        rows.append("")
        rows.append(f"! {check.file}: expected {expected_text(check.expected)}, got {check.verdict}")
        for line in (*check.wrong, *check.problem.splitlines()):
            rows += textwrap.wrap(line.strip(), WIDTH, initial_indent="    ", subsequent_indent="    ")
    return rows
