"""One audit, from the request to the report: run the rules, then take away what need not be told."""

from __future__ import annotations

__all__ = ["Request", "audit", "below", "sites", "why"]

import contextlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from lastput.audit import suppress
from lastput.audit.apply import Sides
from lastput.audit.baseline import Baseline, split
from lastput.audit.config import NAME, Config
from lastput.audit.maintainers import Maintainers
from lastput.audit.order import Order, dated, ordered
from lastput.audit.rule import Rule
from lastput.audit.run import run_rules
from lastput.audit.scope import Scope, in_scope, scope_of, touches
from lastput.audit.severity import graded
from lastput.audit.sources import with_sources
from lastput.audit.store import judged
from lastput.audit.tree import OpenTree, Overlaid, Tree
from lastput.errors import LastputError
from lastput.schema.audit import Broken, Refused, Report, RuleNote, Suppression
from lastput.schema.finding import Confidence, Evidence, Finding, Where, at_least, places, reported

Say = Callable[[str], None]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked. ``known_codes`` are all rules that exist, also those that are not run. ``sides`` of
    the files that a patch changes restrict the findings to those that it brings (None: no
    patch). ``store`` is where rules' words are kept
    (None: all rules run). ``around`` lines of source are kept on each side of a place. ``paths`` are the
    folders and files that are asked about (none: all). ``order`` is that of the findings; ``graded`` ones
    say how bad they are and whose code it is."""

    tree: str
    rules: tuple[Rule, ...]
    known_codes: frozenset[str]
    jobs: int = 1
    confidence: Confidence = "medium"
    config: Config = Config()
    config_name: str = NAME
    baseline: Baseline | None = None
    sides: Sides | None = None
    store: Path | None = None
    around: int = 0
    paths: tuple[str, ...] = ()
    order: Order = "path"
    graded: bool = False


def audit(open_tree: OpenTree, request: Request, say: Say = lambda _: None) -> Report:
    """Run it. A rule that fails is listed in the report, and the others count.

    Raises LastputError ``patch-not-applied`` for a patch that cannot be applied in memory.
    """
    with contextlib.ExitStack() as stack:
        return _audit(open_tree, request, say, stack)


def _audit(open_tree: OpenTree, request: Request, say: Say, stack: contextlib.ExitStack) -> Report:
    tree = open_tree()
    judgements, broken = _judged(open_tree, request, say)
    change = None
    if request.sides is not None:
        change = _Change(scope_of(tree, request.sides.changes()), None)
        if isinstance(tree, Overlaid):
            other = stack.enter_context(tree.overlaid(_other(request.sides), _folder(request)))
            theirs, failed = _judged(other, request, say)
            broken = tuple(dict.fromkeys((*broken, *failed)))
            if not request.sides.applied:
                tree, judgements, theirs = other(), theirs, judgements
            change = _Change(scope_of(tree, request.sides.changes()), theirs)
        elif not request.sides.applied:
            raise LastputError(
                "patch-not-applied", "this tree can only be read as it lies", "apply the patch first: git am"
            )
    told = [one for one in judgements if reported(one) and below(one.where.path, request.paths)]
    outside = kept = 0
    if change is not None:
        inside, kept = change.brought(told)
        outside = len(told) - len(inside) - kept
        told = inside
    suppressions, refused = _suppressions(tree, request, told)
    told, gone, unused = suppress.apply(told, suppressions)
    sure = [one for one in told if at_least(one, request.confidence)]
    hidden = len(told) - len(sure)
    new, known = split(sure, request.baseline) if request.baseline else (sure, [])
    ran = {rule.code for rule in request.rules}
    return Report(
        tree=request.tree,
        release=tree.release,
        rules=tuple(RuleNote(rule.code, rule.name, rule.page.summary) for rule in request.rules),
        findings=_shown(tree, request, new),
        judged=judgements,
        suppressed=tuple(gone),
        # Of a part of the tree, or of a rule that did not run, nothing is known.
        unused=tuple(
            one for one in unused if one.code in ran and request.sides is None and not request.paths
        ),
        refused=tuple(refused),
        broken=broken,
        hidden=hidden,
        known=len(known),
        outside=outside,
        there_before=kept,
        uncovered=tuple(one.fingerprint for one in new if change and not touches(one.where, change.scope)),
        coverage=tree.coverage,
        own_modules=tuple(one for one in tree.own_modules() if below(one.path, request.paths)),
    )


def _shown(tree: Tree, request: Request, found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings with all that is told of them, in the order that is asked for."""
    if request.graded or request.order == "severity":
        owners = Maintainers(tree.text("MAINTAINERS") or "")
        found = [_owned(graded(tree.facts, one), owners) for one in found]
    if request.order == "age":
        found = dated(tree.root, found)
    return tuple(with_sources(tree, one, request.around) for one in ordered(found, request.order))


def _owned(finding: Finding, owners: Maintainers) -> Finding:
    area = owners.of(finding.where.path)
    if area is None:
        return finding
    return msgspec.structs.replace(finding, area=area.title, maintainers=area.people)


def below(path: str, folders: Sequence[str]) -> bool:
    """Whether ``path`` is one of ``folders``, or lies in one; headers of another tree (absolute) never do."""
    if path.startswith("/"):
        return False
    return not folders or any(path == one or path.startswith(f"{one}/") for one in folders)


class _Change(NamedTuple):
    """What a patch touched, and what was judged without it (None: it cannot be told)."""

    scope: Scope
    without: tuple[Finding, ...] | None

    def brought(self, told: list[Finding]) -> tuple[list[Finding], int]:
        """The findings of the change, and how many more there are in what it touched."""
        if self.without is None:
            return [one for one in told if in_scope(one, self.scope)], 0
        old = {one.fingerprint for one in self.without if reported(one)}
        new = [one for one in told if one.fingerprint not in old]
        kept = [one for one in told if one.fingerprint in old and touches(one.where, self.scope)]
        return new, len(kept)


def _judged(
    open_tree: OpenTree, request: Request, say: Say
) -> tuple[tuple[Finding, ...], tuple[Broken, ...]]:
    if request.store is None:
        return run_rules(open_tree, request.rules, request.jobs, say)
    return judged(request.store, open_tree, request.rules, request.jobs, say)


def _other(sides: Sides) -> dict[str, str | None]:
    """The side of the files that is not in the tree."""
    return sides.before if sides.applied else sides.after


def _folder(request: Request) -> Path:
    return request.store or Path(tempfile.gettempdir())


def _suppressions(
    tree: Tree, request: Request, told: Sequence[Finding]
) -> tuple[list[Suppression], list[Refused]]:
    # All files for a whole tree, for an unused comment may stand anywhere.
    whole = request.sides is None and not request.paths
    paths = tree.marked() if whole else sorted({one.where.path for one in told})
    good, refused = suppress.comments(tree.root, paths, request.known_codes)
    listed, bad = suppress.entries(request.config_name, request.config.safe, request.known_codes)
    return good + listed, refused + bad


def why(tree: Tree, report: Report, path: str, line: int, around: int = 0) -> tuple[Finding, ...]:
    """What rules say of a line: of sites on it; else of those that speak of it; else of those in its
    function. One that somebody has called safe says so. Raises LastputError ``nothing-judged``."""
    judged = report.judged
    exact = [one for one in judged if (one.where.path, one.where.line) == (path, line)]
    speak = [one for one in judged if any((place.path, place.line) == (path, line) for place in places(one))]
    enclosing = {one.name for one in tree.functions_in(path) if one.first <= line <= one.last}
    same = [one for one in judged if one.where.path == path and one.where.function in enclosing]
    found = exact or speak or same
    if not found:
        near = [one.where for one in judged if one.where.path == path]
        near.sort(key=lambda where: abs(where.line - line))
        raise LastputError(
            "nothing-judged",
            f"no rule has judged anything at {Where(path, line)}",
            f"the nearest is {near[0]}"
            if near
            else "rules judge calls and ops tables; `lastput rule` lists them",
        )
    said = {one.fingerprint: by for one, by in report.suppressed}
    return tuple(with_sources(tree, _answered(one, said.get(one.fingerprint)), around) for one in found)


def _answered(finding: Finding, by: Suppression | None) -> Finding:
    if by is None:
        return finding
    note = Evidence("site", f"called safe at {by.where}: {by.reason}", holds=True, where=by.where)
    return msgspec.structs.replace(finding, verdict="safe", evidence=(note, *finding.evidence))


def sites(judged: Sequence[Finding], api: str) -> tuple[Finding, ...]:
    """Every judged call of ``api``. Raises LastputError ``no-sites``."""
    found = tuple(one for one in judged if one.site == api)
    if not found:
        have = ", ".join(sorted({one.site for one in judged} - {""})) or "nothing in this tree"
        raise LastputError("no-sites", f"no rule judges calls of {api!r} here", f"judged are: {have}")
    return found
