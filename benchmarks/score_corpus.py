"""How good are the findings? Precision and recall against a corpus of judged code.

    python -m benchmarks.score_corpus CORPUS --unpack /tmp/trees
    python -m benchmarks.score_corpus CORPUS --tree linux-source-6.12=/tmp/linux-6.12 ...

CORPUS is a directory as benchmarks/corpus.py describes it. Each tree is audited once with all rules;
``--unpack`` takes Debian's linux-source tarballs from /usr/src. Cases whose version is in no tree given
are counted as not checked, never as found. Precision is (bugs found) / (bugs found + fixed versions and
hard negatives reported), over what could be checked. With ``--goals`` the exit code is 1 if one is missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.corpus import read_corpus, trees_of
from benchmarks.scoring import Judgement, by_basis, by_class, by_rule, goals, score
from lastput.audit.registry import all_rules
from lastput.audit.store import judged
from lastput.cli.tree import opener, store_of
from lastput.errors import LastputError
from lastput.schema.finding import Confidence, at_least, reported


def unpack(name: str, folder: Path) -> Path:
    """Debian's tree ``name``, unpacked below ``folder`` unless it is there.

    Raises LastputError ``no-tree``.
    """
    tarball = Path("/usr/src") / f"{name}.tar.xz"
    if not (folder / name / "Makefile").is_file():
        if not tarball.is_file():
            raise LastputError("no-tree", f"there is no {tarball}", f"apt install {name}")
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["tar", "-xf", str(tarball), "-C", str(folder)], check=True)
    return folder / name


def judge(tree: Path, confidence: Confidence, jobs: int) -> Judgement:
    """Audit a tree with all rules. Raises LastputError ``rule-failed`` if one of them failed."""
    open_tree = opener(str(tree))
    found, broken = judged(store_of(tree), open_tree, all_rules(), jobs)
    if broken:
        raise LastputError("rule-failed", f"{broken[0].code}: {broken[0].what}", "mend the rule")
    told = tuple(one for one in found if reported(one) and at_least(one, confidence))
    return Judgement(found, told)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--tree", action="append", default=[], metavar="NAME=DIR", help="where a tree lies")
    parser.add_argument("--unpack", type=Path, metavar="DIR", help="unpack missing trees there")
    parser.add_argument("--confidence", choices=("high", "medium", "low"), default="medium")
    parser.add_argument("--misses", action="store_true", help="list every wrong answer")
    parser.add_argument("--goals", action="store_true", help="exit 1 if a goal is missed")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    args = parser.parse_args()
    try:
        corpus = read_corpus(args.corpus)
        places = {name: Path(place) for name, _, place in (one.partition("=") for one in args.tree)}
        if args.unpack:
            places = {
                **{name: unpack(name, args.unpack) for name in trees_of(corpus) if name not in places},
                **places,
            }
        trees = {name: judge(place, args.confidence, args.jobs) for name, place in places.items()}
    except LastputError as error:
        print(f"score_corpus: {error}", file=sys.stderr)
        return 2
    outcomes = score(corpus, trees)
    checked = {one.name for one in outcomes if one.group == "buggy"}
    table, met = goals(outcomes)
    parts = [
        [f"trees: {', '.join(sorted(trees)) or 'none'}; confidence at least {args.confidence}"],
        [
            f"{len(corpus.cases) - len(checked)} of {len(corpus.cases)} cases"
            " have their buggy version in no tree given"
        ],
        by_class(outcomes),
        by_basis(outcomes),
        by_rule(outcomes, [rule.code for rule in all_rules()]),
        table,
    ]
    if args.misses:
        wrong = [one for one in outcomes if not one.right]
        parts.append(
            [f"{one.group:9}{one.name}  {one.said or ' '.join(one.codes)}".rstrip() for one in wrong]
        )
    print("\n\n".join("\n".join(rows) for rows in parts))
    return int(args.goals and not met)


if __name__ == "__main__":
    sys.exit(main())
