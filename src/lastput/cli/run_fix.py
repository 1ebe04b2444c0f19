"""``lastput fix``: which findings are meant, their patches, and out or into the tree."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from lastput.audit.registry import all_rules, select
from lastput.audit.report import below
from lastput.audit.sources import with_sources
from lastput.audit.store import judged
from lastput.c.tree import open_tree as open_source
from lastput.cli.asked import asked
from lastput.cli.tree import opener, store_of
from lastput.cli.write import write_whole
from lastput.errors import LastputError
from lastput.facts.base import Facts
from lastput.facts.definitions.lookup import Headers
from lastput.facts.location import database_path
from lastput.fix.mend import Mender, Prove
from lastput.fix.text import edited
from lastput.prove.run import Tree, prove_patched
from lastput.schema.finding import Confidence, Finding, at_least, reported
from lastput.schema.patch import Check, Patch, Refusal
from lastput.show.patches import render

_FEW = 5  # findings whose models are run unasked


def run(args: argparse.Namespace) -> int:
    """0 if each finding has a patch, 1 if one has none."""
    what, words = _what(args)
    place = asked(words)
    open_tree = opener(str(place.root), quiet=args.quiet)
    jobs = args.jobs or len(os.sched_getaffinity(0))
    store = store_of(place.root)
    rules = all_rules()
    before, broken = judged(store, open_tree, rules, jobs)
    if broken:
        raise LastputError(
            "fix-unchecked",
            f"{broken[0].code} failed: {broken[0].what}",
            "this is a bug in lastput; please report it",
        )
    wanted = _wanted(args, what, place.paths, before, place.root)
    few = args.prove if args.prove is not None else len(wanted) <= _FEW
    mender = Mender(open_tree, before, rules, store, jobs, _prover(place.root) if few else None)
    counts: Counter[str] = Counter()
    written: set[str] = set()
    tree = open_tree()
    for _, answer in mender.mend([with_sources(tree, one, 0) for one in wanted]):
        counts["patch" if isinstance(answer, Patch) else "none"] += 1
        sys.stdout.write(_out(args.format, answer))
        sys.stdout.flush()
        if args.apply and isinstance(answer, Patch):
            counts["written"] += _write(place.root, answer, written)
    if not args.quiet:
        sys.stderr.write(_told(args, counts))
    return int(bool(counts["none"]))


def _out(form: str, answer: Patch | Refusal) -> str:
    return render(form, answer).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _told(args: argparse.Namespace, counts: Counter[str]) -> str:
    text = f"{counts['patch']} of {counts['patch'] + counts['none']} findings have a patch"
    return text + (f"; {counts['written']} are written to the tree\n" if args.apply else "\n")


def _what(args: argparse.Namespace) -> tuple[str, list[str]]:
    """The place or fingerprint ("" for many findings), and the tree or parts of it."""
    words = list(args.words)
    what = "" if args.all or args.rules else (words.pop(0) if words else "")
    if not (what or args.all or args.rules):
        raise LastputError(
            "what-to-fix",
            "it is not clear which finding is meant",
            "name FILE:LINE or a fingerprint, or give --rules or --all; then the tree",
        )
    return what, words or ["."]


def _wanted(
    args: argparse.Namespace, what: str, paths: Sequence[str], before: Sequence[Finding], root: Path
) -> list[Finding]:
    """The findings that are meant. Raises LastputError ``no-finding`` if there are none."""
    least: Confidence = args.confidence or ("low" if what else "medium")
    told = [one for one in before if reported(one) and at_least(one, least) and below(one.where.path, paths)]
    if args.rules:
        codes = {rule.code for rule in select([code for word in args.rules for code in word.split(",")])}
        return [one for one in told if one.code in codes]
    if not what:
        return told
    path, _, line = what.rpartition(":")
    if path and line.isdecimal():
        inside = Path(path).resolve()
        if not (root / path).is_file() and inside.is_relative_to(root.resolve()):
            path = inside.relative_to(root.resolve()).as_posix()
        told = [one for one in told if one.where.path == path and one.where.line == int(line)]
    else:
        told = [one for one in told if one.fingerprint == what]
    if not told:
        hint = f"`lastput audit {root} --confidence low --format json` lists them all"
        raise LastputError("no-finding", f"{root} has no finding {what}", hint)
    return told


def _write(root: Path, patch: Patch, written: set[str]) -> int:
    """Write a patch to the tree; one of a file that another was written to is left for the next run."""
    paths = {edit.path for edit in patch.edits}
    if paths & written:
        print(
            f"lastput: {patch.where}: not written, for {min(paths)} has changed; run it again",
            file=sys.stderr,
        )
        return 0
    for path, content in edited(patch.edits, lambda one: (root / one).read_bytes()).items():
        write_whole(root / path, content)
    written |= paths
    return 1


def _prover(root: Path) -> Prove:
    """Runs claims over the tree."""
    source = open_source(str(root.resolve()))
    tree = Tree(Facts(root, database_path(root)), source.read, Headers(source))

    def prove(finding: Finding, texts: dict[str, str]) -> Check:
        proof = prove_patched(finding, tree, texts)
        if proof.verdict == "REFUTED":
            return Check("proof", True, f"the model is safe ({proof.states} states)")
        if proof.verdict == "UNDECIDED":
            return Check("proof", None, f"{proof.reason}: {proof.why}")
        return Check("proof", False, f"the model still ends in {proof.error}")

    return prove
