"""One audit, from the request to the report: run the rules, then take away what need not be told."""

from __future__ import annotations

__all__ = ["Request", "audit", "below", "sites", "why"]

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from lastput.audit import suppress
from lastput.audit.baseline import Baseline, split
from lastput.audit.config import NAME, Config
from lastput.audit.patch import Change
from lastput.audit.rule import Rule
from lastput.audit.run import run_rules
from lastput.audit.scope import before, in_scope, scope_of
from lastput.audit.sources import with_sources
from lastput.audit.store import judged
from lastput.audit.tree import OpenTree, Tree
from lastput.errors import LastputError
from lastput.schema.audit import Refused, Report, RuleNote, Suppression
from lastput.schema.finding import Confidence, Finding, Where, at_least, places, reported

Say = Callable[[str], None]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked. ``known_codes`` are all rules that exist, also those that are not run. ``changes``
    restrict the findings to those of a patch (None: no patch). ``store`` is where rules' words are kept
    (None: all rules run). ``around`` lines of source are kept on each side of a place. ``paths`` are the
    folders and files that are asked about (none: all)."""

    tree: str
    rules: tuple[Rule, ...]
    known_codes: frozenset[str]
    jobs: int = 1
    confidence: Confidence = "medium"
    config: Config = Config()
    config_name: str = NAME
    baseline: Baseline | None = None
    changes: tuple[Change, ...] | None = None
    store: Path | None = None
    around: int = 0
    paths: tuple[str, ...] = ()


def audit(open_tree: OpenTree, request: Request, say: Say = lambda _: None) -> Report:
    """Run it. A rule that fails is listed in the report, and the others count."""
    tree = open_tree()
    if request.store is None:
        judgements, broken = run_rules(open_tree, request.rules, request.jobs, say)
    else:
        judgements, broken = judged(request.store, open_tree, request.rules, request.jobs, say)
    told = [one for one in judgements if reported(one) and below(one.where.path, request.paths)]
    outside = 0
    if request.changes is not None:
        inside = _of_change(tree, request, told)
        outside = len(told) - len(inside)
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
        findings=tuple(with_sources(tree, one, request.around) for one in new),
        judged=judgements,
        suppressed=tuple(gone),
        # Of a part of the tree, or of a rule that did not run, nothing is known.
        unused=tuple(
            one for one in unused if one.code in ran and request.changes is None and not request.paths
        ),
        refused=tuple(refused),
        broken=broken,
        hidden=hidden,
        known=len(known),
        outside=outside,
        coverage=tree.coverage,
        own_modules=tuple(one for one in tree.own_modules() if below(one.path, request.paths)),
    )


def below(path: str, folders: Sequence[str]) -> bool:
    """Whether ``path`` is one of ``folders``, or lies in one; headers of another tree (absolute) never do."""
    if path.startswith("/"):
        return False
    return not folders or any(path == one or path.startswith(f"{one}/") for one in folders)


def _of_change(tree: Tree, request: Request, told: list[Finding]) -> list[Finding]:
    assert request.changes is not None
    older = before(tree, request.changes)
    if older is None:
        scope = scope_of(tree, request.changes)
        return [one for one in told if in_scope(one, scope)]
    then, _ = run_rules(lambda: older, request.rules)
    old = {one.fingerprint for one in then if reported(one)}
    return [one for one in told if one.fingerprint not in old]


def _suppressions(
    tree: Tree, request: Request, told: Sequence[Finding]
) -> tuple[list[Suppression], list[Refused]]:
    # All files for a whole tree, for an unused comment may stand anywhere.
    whole = request.changes is None and not request.paths
    paths = tree.marked() if whole else sorted({one.where.path for one in told})
    good, refused = suppress.comments(tree.root, paths, request.known_codes)
    listed, bad = suppress.entries(request.config_name, request.config.safe, request.known_codes)
    return good + listed, refused + bad


def why(tree: Tree, judged: Sequence[Finding], path: str, line: int, around: int = 0) -> tuple[Finding, ...]:
    """What rules say of a line: of sites on it; else of those that speak of it; else of those in its
    function. Raises LastputError ``nothing-judged``."""
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
    return tuple(with_sources(tree, one, around) for one in found)


def sites(judged: Sequence[Finding], api: str) -> tuple[Finding, ...]:
    """Every judged call of ``api``. Raises LastputError ``no-sites``."""
    found = tuple(one for one in judged if one.site == api)
    if not found:
        have = ", ".join(sorted({one.site for one in judged} - {""})) or "nothing in this tree"
        raise LastputError("no-sites", f"no rule judges calls of {api!r} here", f"judged are: {have}")
    return found
