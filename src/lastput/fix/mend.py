"""From findings to patches: plans are made and checked in rounds; the first that passes is the patch."""

from __future__ import annotations

__all__ = ["Mender", "Prove", "propose"]

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lastput.audit.fact_tree import FactTree
from lastput.audit.rule import Rule
from lastput.audit.run import run_rules
from lastput.audit.tree import OpenTree
from lastput.errors import LastputError
from lastput.facts.base import Facts
from lastput.fix.case import Case, Plan, Unable
from lastput.fix.check import Edited, applies, parses, rechecked
from lastput.fix.history import introduced
from lastput.fix.message import body, subject
from lastput.fix.remedies import plans
from lastput.fix.text import diff, edited
from lastput.schema.finding import Finding
from lastput.schema.patch import Check, Patch, Refusal

#: Runs the claim of a finding over the tree with other texts of some files.
Prove = Callable[[Finding, dict[str, str]], Check]
_PLANS = 3  # that are tried for one finding


def propose(finding: Finding, facts: Facts, rule: str = "", release: str = "") -> Patch | Refusal:
    """The first plan for a finding as a patch, of which only is checked what takes no audit: for an editor,
    or a report."""
    try:
        for plan in plans(Case(finding, facts)):
            made = _edited(finding, plan, facts)
            checks = (applies(made), parses(made))
            if all(check.holds for check in checks):
                return _patch(finding, plan, made, checks, facts, rule, release)
    except Unable as error:
        return refused(finding, str(error))
    return refused(finding, "the edit does not leave a file that can be read")


def refused(finding: Finding, why: str) -> Refusal:
    return Refusal(
        fingerprint=finding.fingerprint,
        code=finding.code,
        where=finding.where,
        why=why,
        sketch=finding.remedy,
    )


class Mender:
    """Mends findings of one tree. ``before`` are all findings of the tree; ``rules`` are run again over the
    edited files, in ``jobs`` processes. ``folder`` is a place for what that takes."""

    def __init__(
        self,
        open_tree: OpenTree,
        before: Sequence[Finding],
        rules: Sequence[Rule],
        folder: Path | None = None,
        jobs: int = 1,
        prove: Prove | None = None,
    ) -> None:
        tree = open_tree()
        if not isinstance(tree, FactTree):
            raise TypeError("a tree that can be read with other contents of files is needed")
        self.tree = tree
        self.facts: Facts = tree.facts
        self.before = before
        self.rules = rules
        self.folder = folder or Path(tempfile.gettempdir())
        self.jobs = jobs
        self.prove = prove
        self.names = {rule.code: rule.name for rule in rules}

    def mend(self, findings: Sequence[Finding]) -> Iterator[tuple[Finding, Patch | Refusal]]:
        """A patch or a refusal for each finding, as they come to be known. Patches of one round are of
        different files, so that what one brings is not laid to another."""
        left: list[tuple[Finding, list[Plan], str]] = []
        for finding in findings:
            try:
                made = _first(plans(Case(finding, self.facts)))
            except Unable as error:
                yield finding, refused(finding, str(error))
                continue
            left.append((finding, made, ""))
        while left:
            round_, rest, taken = [], [], set[str]()
            for finding, made, why in left:
                paths = {edit.path for edit in made[0].edits}
                if paths & taken:
                    rest.append((finding, made, why))
                else:
                    taken |= paths
                    round_.append((finding, made, why))
            left = rest
            for (finding, made, why), answer in zip(round_, self._round(round_), strict=True):
                if isinstance(answer, Patch):
                    yield finding, answer
                elif len(made) > 1:
                    left.append((finding, made[1:], why or answer))
                else:
                    yield finding, refused(finding, why or answer)

    def _round(self, some: Sequence[tuple[Finding, list[Plan], str]]) -> list[Patch | str]:
        """For each its patch, or why its first plan does not do."""
        made: list[tuple[Edited, tuple[Check, ...]]] = []
        for finding, alternatives, _ in some:
            one = _edited(finding, alternatives[0], self.facts)
            made.append((one, (applies(one), parses(one))))
        sound = [one for one, checks in made if all(check.holds for check in checks)]
        texts = {
            path: content.decode("utf-8", "surrogateescape")
            for one in sound
            for path, content in one.after.items()
        }
        after: tuple[Finding, ...] = ()
        if texts:
            with self.tree.overlaid(texts, self.folder) as opened:
                after, broken = run_rules(opened, self.rules, self.jobs)
            if broken:
                raise LastputError(
                    "fix-unchecked",
                    f"{broken[0].code} failed on the edited files: {broken[0].what}",
                    "this is a bug in lastput; please report it",
                )
        answers: list[Patch | str] = []
        for (finding, alternatives, _), (one, checks) in zip(some, made, strict=True):
            if one in sound:
                checks = (*checks, *rechecked(one, self.before, after))
            bad = next((check for check in checks if not check.holds), None)
            if bad is None and self.prove is not None:
                proof = self.prove(finding, {path: texts[path] for path in one.after})
                checks = (*checks, proof)
                bad = proof if proof.holds is False else None
            if bad is not None:
                answers.append(f"with {alternatives[0].kind}, {bad.what}")
            else:
                answers.append(
                    _patch(
                        finding,
                        alternatives[0],
                        one,
                        checks,
                        self.facts,
                        self.names.get(finding.code, ""),
                        self.tree.release,
                    )
                )
        return answers


def _first(some: Iterator[Plan]) -> list[Plan]:
    """The first plans that differ. Raises Unable if there is none."""
    found: list[Plan] = []
    reason: Unable | None = None
    try:
        for plan in some:
            if plan.edits and all(plan.edits != other.edits for other in found):
                found.append(plan)
            if len(found) == _PLANS:
                break
    except (Unable, ValueError) as error:
        reason = error if isinstance(error, Unable) else Unable(str(error))
    if not found:
        raise reason or Unable("nothing in it can be edited")
    return found


def _edited(finding: Finding, plan: Plan, facts: Facts) -> Edited:
    after = edited(plan.edits, facts.content)
    before = {path: facts.content(path) for path in after}
    return Edited(finding, before, after, diff(before, after))


def _patch(
    finding: Finding,
    plan: Plan,
    one: Edited,
    checks: tuple[Check, ...],
    facts: Facts,
    rule: str,
    release: str,
) -> Patch:
    root = str(facts.tree)
    places = [
        (cause.where.path, cause.where.line) for cause in finding.causes if cause.where.path in one.before
    ]
    return Patch(
        fingerprint=finding.fingerprint,
        code=finding.code,
        where=finding.where,
        kind=plan.kind,
        edits=plan.edits,
        diff=one.diff,
        subject=subject(root, finding, plan),
        body=body(finding, plan, rule, release),
        fixes=introduced(root, places),
        checks=checks,
    )
