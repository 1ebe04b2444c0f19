"""What an outcome of the generated test is worth: the gates between a verdict of the checker and one on a
claim.

CONFIRMED asks for a run that ends in the claim's error, on an object of the claim's type, through every site,
and for a control, the same model with the remedy, that is safe. REFUTED asks for more: the search is
complete, every site was executed, and so was every statement before one in its function, and nothing cut
runs short. What a gate does not let through is UNDECIDED, with the gate's name.
"""

from __future__ import annotations

__all__ = ["Judgement", "confirmed", "ended_in", "refuted", "visits"]

import re
from collections.abc import Iterable

import msgspec

from lastput.check.outcome import Outcome
from lastput.engine.program import ErrorClass
from lastput.prove.holders import holders
from lastput.prove.marks import left_behind
from lastput.schema.claim import Claim, Site
from lastput.schema.proof import ProofVerdict, Reason, Visit
from lastput.schema.trace import Trace

#: Errors that are the same bug seen from another side: a count that goes below zero is a second put.
_KIN = {
    "double-free": {"double-free", "use-after-free", "refcount-underflow"},
    "refcount-underflow": {"double-free", "use-after-free", "refcount-underflow"},
    "use-after-free": {"use-after-free", "double-free", "unmapped-text"},
    "unmapped-text": {"unmapped-text", "use-after-free"},
    "deadlock": {"deadlock"},
}

#: Errors that cut no run short: what is left over when it ends, and warnings.
_AT_THE_END = {"leak", "warn"}


class Judgement(msgspec.Struct, frozen=True):
    """A verdict before the control has been run; ``trace`` is the run that shows it."""

    verdict: ProofVerdict
    reason: Reason = ""
    why: str = ""
    trace: Trace | None = None


def ended_in(claim: Claim, outcome: Outcome) -> tuple[Trace, ...]:
    """The traces whose error is that of the claim."""
    wanted = {"leak"} if left_behind(claim) else _KIN.get(claim.error, {claim.error})
    return tuple(trace for trace in outcome.traces if trace.error in wanted)


def visits(claim: Claim, outcome: Outcome) -> tuple[Visit, ...]:
    """Which sites of the claim some run executed."""
    return tuple(
        Visit(site.role, site.path, site.line, _executed(site, outcome)) for site in _places(claim.sites)
    )


def confirmed(claim: Claim, outcome: Outcome) -> Judgement:
    """Whether a trace of the outcome shows the claim. UNDECIDED otherwise."""
    traces = ended_in(claim, outcome)
    if not traces:
        other = ", ".join(dict.fromkeys(trace.error for trace in outcome.traces))
        return Judgement("UNDECIDED", "other-error", f"runs end in {other or outcome.verdict} instead")
    missed: list[str] = []
    for trace in traces:
        ran = _lines(trace)
        missing = [
            site
            for site in _places(claim.sites)
            if _must_run(site) and (site.path, site.line) not in ran and _executed(site, outcome) is not None
        ]
        if not missing:
            kept = (
                _kept(claim, trace, outcome)
                or _stored(claim, trace, outcome)
                or _given(claim, trace, outcome)
            )
            if kept:
                return Judgement("UNDECIDED", "unmodelled", f"{kept} still holds it when the run ends", trace)
            return Judgement("CONFIRMED", trace=trace)
        missed = [f"{site.path}:{site.line} ({site.role})" for site in missing]
    return Judgement("UNDECIDED", "other-error", f"the run does not come by {', '.join(missed)}")


def _kept(claim: Claim, trace: Trace, outcome: Outcome) -> str:
    """Of a leak: what still holds the object; "" for nothing, and for other errors."""
    if trace.error != "leak" or left_behind(claim):
        return ""
    found = next((one for one in outcome.result.findings if one.error is ErrorClass.LEAK), None)
    if found is None or found.object < 0:
        return ""
    held = holders(outcome.test.program, found.state, found.object)
    return next((name for name in held if not name.startswith("lastput_")), "")


def _stored(claim: Claim, trace: Trace, outcome: Outcome) -> str:
    """Of a leak: a member into which the run puts the reference, even if nothing of the slice looks there."""
    get = next((site for site in claim.sites if site.role == "get" and site.text), None)
    if trace.error != "leak" or get is None:
        return ""
    lines = outcome.test.compiled.sources.get(get.path, "").splitlines()
    store = re.compile(rf"((?:->|\.)\w+(?:\[[^\]]*\])?)\s*=\s*(?:\([^()]*\)\s*)?{re.escape(get.text)}\s*;")
    for path, line in sorted(_lines(trace)):
        found = store.search(lines[line - 1]) if path == get.path and line <= len(lines) else None
        if found is not None:
            return f"{found[1].lstrip('->.')} (line {line})"
    return ""


def _given(claim: Claim, trace: Trace, outcome: Outcome) -> str:
    """Of a leak: another pointer that the claim's exit returns; what it leads to may hold the reference."""
    left = next((site for site in claim.sites if site.role == "exit"), None)
    if trace.error != "leak" or left is None or left_behind(claim):
        return ""
    text = outcome.test.compiled.sources.get(left.path, "")
    lines = text.splitlines()
    found = re.search(r"\breturn\s+(\w+)\s*;", lines[left.line - 1] if left.line <= len(lines) else "")
    if found is None or not re.search(rf"\*\s*{found[1]}\s*[;,=)]", "\n".join(lines[: left.line])[-8000:]):
        return ""
    return "" if found[1] in ("NULL", left.text) else f"{found[1]}, which is returned,"


def refuted(claim: Claim, outcome: Outcome) -> Judgement:
    """Whether the search is worth a REFUTED. UNDECIDED, and why, if it is not."""
    if not outcome.result.complete:
        return Judgement("UNDECIDED", "limit", outcome.checked.reason or "the search was stopped")
    cut = [trace.error for trace in outcome.traces if trace.error not in _AT_THE_END]
    if cut:
        other = ", ".join(dict.fromkeys(cut))
        return Judgement("UNDECIDED", "other-error", f"some runs end in {other} before they get there")
    # A condition on locals is decided with the statement before it. A registration's callbacks, and where it
    # is undone after a success, are not run.
    elsewhere = ("branch", "unpublish", "ops") if left_behind(claim) else ("branch",)
    unknown = [
        one for one in visits(claim, outcome) if one.executed is not True and one.role not in elsewhere
    ]
    if unknown:
        told = ", ".join(f"{one.path}:{one.line} ({one.role})" for one in unknown)
        return Judgement("UNDECIDED", "unreached", f"never executed: {told}")
    way = _way_not_taken(claim, outcome)
    if way:
        return Judgement("UNDECIDED", "unreached", f"never executed, on the way to a site: {way}")
    return Judgement("REFUTED")


def _way_not_taken(claim: Claim, outcome: Outcome) -> str:
    """A statement that no run executed, before the last site of its function: a guard that only ever has one
    answer may have it because of the model; "" if there is none."""
    last: dict[tuple[str, str], int] = {}
    for site in _places(claim.sites):
        if site.function and _must_run(site):
            key = (site.path, site.function)
            last[key] = max(last.get(key, 0), site.line)
    missed = [
        (place.file, place.line)
        for place, function in (
            (one.place, one.frames[-1].function) for one in outcome.test.program.locations if one.frames
        )
        if place.line < last.get((place.file, function), 0)
        and outcome.coverage.executed(place.file, place.line) is False
    ]
    return "{}:{}".format(*min(missed)) if missed else ""


def _places(sites: Iterable[Site]) -> tuple[Site, ...]:
    return tuple(site for site in sites if site.line > 0 and site.path)


def _must_run(site: Site) -> bool:
    """Whether a run that shows the claim comes by this site: a callback or a table is only named."""
    return site.role not in ("callback", "ops", "teardown")


def _executed(site: Site, outcome: Outcome) -> bool | None:
    """By its line; a definition is executed when its function is."""
    if not _must_run(site):
        return outcome.coverage.functions.get(site.function or site.text, False)
    return outcome.coverage.executed(site.path, site.line)


def _lines(trace: Trace) -> frozenset[tuple[str, int]]:
    """The places that a run comes by: of its steps, and of the calls around them."""
    found = {(step.place.file, step.place.line) for step in trace.steps}
    used = {step.frame for step in trace.steps} | {step.lands for step in trace.steps}
    used |= {wait.frame for wait in trace.waits} | {trace.violated.frame}
    while used:
        frames = [trace.frames[one] for one in used if one >= 0]
        found |= {(one.call.file, one.call.line) for one in frames if one.call is not None}
        used = {one.up for one in frames}
    if trace.violated.place is not None:
        found.add((trace.violated.place.file, trace.violated.place.line))
    found |= {(wait.place.file, wait.place.line) for wait in trace.waits}
    return frozenset(found)
