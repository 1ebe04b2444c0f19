"""The answers that findings give to the questions of a corpus, and the tables that sum them up."""

from __future__ import annotations

__all__ = ["Judgement", "Outcome", "by_basis", "by_class", "by_rule", "goals", "score"]

from collections.abc import Iterable, Mapping

import msgspec

from benchmarks.corpus import Case, Corpus, Version, case_hits, negative_hits, site_verdict
from lastput.schema.finding import Finding

_SITES_TREE = "linux-source-6.12"
#: Least acceptable, and aimed at, in percent: (what, done, aim, more is better).
_GOALS = (
    ("sites, verdict right", 85, 95, True),
    ("sites, class right", 70, 85, True),
    ("cases in both trees, found in the buggy one", 55, 80, True),
    ("cases in both trees, silent in the fixed one", 85, 95, True),
    ("hard negatives, reported", 15, 5, False),
)


class Judgement(msgspec.Struct, frozen=True):
    """What an audit said of a tree: all judged places, and those that a user would be told."""

    judged: tuple[Finding, ...]
    told: tuple[Finding, ...]


class Outcome(msgspec.Struct, frozen=True):
    """One question of the corpus with its answer: ``group`` is buggy, fixed, negative, verdict or class."""

    group: str
    cls: str
    name: str
    right: bool
    codes: tuple[str, ...] = ()
    both: bool = False
    documented: bool = False
    said: str = ""


def score(corpus: Corpus, trees: Mapping[str, Judgement]) -> list[Outcome]:
    """Every question that the given trees can answer."""
    outcomes: list[Outcome] = []
    for case in corpus.cases:
        both = case.buggy.tree in trees and case.fixed.tree in trees
        outcomes += _case(case, case.buggy, "buggy", both, trees)
        outcomes += _case(case, case.fixed, "fixed", both, trees)
    for negative in corpus.negatives:
        if negative.tree in trees:
            codes = _codes(negative_hits(trees[negative.tree].told, negative))
            outcomes.append(Outcome("negative", negative.looks_like, negative.id, not codes, codes))
    if _SITES_TREE in trees:
        for site in corpus.sites:
            verdict, cls = site_verdict(trees[_SITES_TREE].judged, site)
            name, said = f"{site.path}:{site.line}", f"{site.cls} {site.verdict}, said {cls or '-'} {verdict}"
            if site.verdict != "open":
                outcomes.append(Outcome("verdict", site.cls, name, verdict == site.verdict, said=said))
            right = cls == site.cls or (site.verdict == verdict == "none")
            outcomes.append(Outcome("class", site.cls, name, right, said=said))
    return outcomes


def _case(
    case: Case, version: Version, group: str, both: bool, trees: Mapping[str, Judgement]
) -> list[Outcome]:
    if version.tree not in trees:
        return []
    codes = _codes(case_hits(trees[version.tree].told, case, version.path))
    right = bool(codes) == (group == "buggy")
    documented = case.basis.startswith("documented")
    return [Outcome(group, case.cls, case.id, right, codes, both, documented)]


def _codes(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({one.code for one in findings}))


def by_class(outcomes: list[Outcome]) -> list[str]:
    """Precision and recall of each class of bugs."""
    rows = [
        f"{'class':6}{'buggy found':>14}{'fixed silent':>14}{'negatives silent':>18}"
        f"{'precision':>11}{'recall':>8}"
    ]
    for cls in [*sorted({one.cls for one in outcomes if one.group == "buggy"}), ""]:
        group = {
            name: [one for one in outcomes if one.group == name and cls in ("", one.cls)]
            for name in ("buggy", "fixed", "negative")
        }
        found = sum(one.right for one in group["buggy"])
        false = sum(not one.right for name in ("fixed", "negative") for one in group[name])
        cells = "".join(
            f"{_of(group[name]):>{width}}" for name, width in (("buggy", 14), ("fixed", 14), ("negative", 18))
        )
        rows.append(
            f"{cls or 'all':6}{cells}{_percent(found, found + false):>11}"
            f"{_percent(found, len(group['buggy'])):>8}"
        )
    return rows


def by_rule(outcomes: list[Outcome], codes: Iterable[str]) -> list[str]:
    """Of each rule: the bugs that it found, and the correct places that it took for bugs."""
    rows = [f"{'rule':8}{'found':>7}{'false':>7}{'precision':>11}"]
    for code in codes:
        found = sum(code in one.codes for one in outcomes if one.group == "buggy")
        false = sum(code in one.codes for one in outcomes if one.group in ("fixed", "negative"))
        rows.append(f"{code:8}{found:>7}{false:>7}{_percent(found, found + false):>11}")
    return rows


def goals(outcomes: list[Outcome]) -> tuple[list[str], bool]:
    """Each goal with the figure, and whether all are met. What could not be measured is not met."""
    groups = [
        [one for one in outcomes if one.group == "verdict"],
        [one for one in outcomes if one.group == "class"],
        [one for one in outcomes if one.group == "buggy" and one.both],
        [one for one in outcomes if one.group == "fixed" and one.both],
        [one for one in outcomes if one.group == "negative"],
    ]
    rows, met = [], True
    for (what, least, aim, more), group in zip(_GOALS, groups, strict=True):
        number = sum(one.right == more for one in group)
        share = 100 * number / len(group) if group else -1.0
        good = bool(group) and (share >= least if more else share <= least)
        met = met and good
        text = f"{number} of {len(group)} = {share:.0f} %" if group else "not measured"
        bound = ">=" if more else "<="
        rows.append(f"{what:46}{text:>20}   {'met' if good else 'MISSED'} ({bound} {least} %, aim {aim} %)")
    return rows, met


def by_basis(outcomes: list[Outcome]) -> list[str]:
    """Bugs that a CVE record or a commit documents, and those read from the difference of two trees."""
    rows = []
    for documented, name in ((True, "documented"), (False, "tree diff and reading")):
        group = [one for one in outcomes if one.group == "buggy" and one.documented == documented]
        rows.append(f"{name:24}{_of(group)} found")
    return rows


def _of(group: list[Outcome]) -> str:
    return f"{sum(one.right for one in group)}/{len(group)}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"
