"""``lastput replay FILE:LINE`` or a fingerprint: the plan of a finding, or what is open in it."""

from __future__ import annotations

__all__ = ["is_finding", "of_plan", "patch_of", "plan"]

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lastput.cli import shelf
from lastput.errors import LastputError, Place
from lastput.schema.finding import Finding
from lastput.schema.trace import Trace

if TYPE_CHECKING:
    from lastput.replay.plan import Plan
    from lastput.schema.patch import Patch

_PLACE = re.compile(r"(?P<path>[^:]+\.[chS]):(?P<line>\d+)(?::\d+)?")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")


def is_finding(word: str) -> bool:
    """Whether a story is named by a place or a fingerprint."""
    return bool(_PLACE.fullmatch(word) or _FINGERPRINT.fullmatch(word))


def plan(args: argparse.Namespace) -> tuple[Plan, str]:
    """The plan of the finding, and a sentence on where it comes from: one of the shelf, or what follows from
    the finding. Raises LastputError ``no-finding``, and ``plan-wanted`` if a person has to say more: the file
    that is named then has what could be derived."""
    from lastput.replay.plan import read
    from lastput.replay.suggest import matches, suggest

    finding, module = _finding(args)
    for path in sorted(
        one for one in (shelf.root() or Path()).glob("*/*.toml") if one.with_suffix(".c").exists()
    ):
        known = read(path.read_text("utf-8"), str(path))
        if known.finding and matches(known.finding, finding):
            return known, f"written by hand: {shelf.display(path)}, of {finding.code} {finding.where}"
    found = suggest(finding, module, _trace(finding, args))
    name = f"{finding.code.lower()}-{Path(finding.where.path).stem}-{finding.where.line}.toml"
    if not found.asked:
        return read(found.text, name), f"derived from {finding.code} {finding.where}"
    if args.plan:
        print(found.text, end="")
    else:
        _write(Path(name), found.text)
    where = "this plan" if args.plan else name
    raise LastputError(
        "plan-wanted",
        f"{where} leaves open ({len(found.asked)}): {found.asked[0]}",
        f"answer the lines with `# ?`, then: lastput replay {name}",
    )


def of_plan(words: str, args: argparse.Namespace) -> Finding | None:
    """The finding that a plan says it is of; None if neither a tree nor findings are named, or it is not
    there."""
    from lastput.replay.suggest import matches

    if not words or not (args.findings or args.tree):
        return None
    told = _of_file(Path(args.findings)) if args.findings else _of_tree(args.tree)
    return next((one for one in told if matches(words, one)), None)


def patch_of(finding: Finding, args: argparse.Namespace) -> Patch | None:
    """What mends a finding of the tree; None if no tree is named, or nothing mechanical does."""
    from lastput.audit.registry import all_rules
    from lastput.audit.sources import with_sources
    from lastput.audit.store import judged
    from lastput.cli.tree import opener, store_of
    from lastput.fix.mend import Mender
    from lastput.schema.patch import Patch

    if not args.tree:
        return None
    open_tree, rules, store = opener(args.tree), all_rules(), store_of(Path(args.tree))
    before, _ = judged(store, open_tree, rules, len(os.sched_getaffinity(0)))
    mender = Mender(open_tree, before, rules, store)
    ((_, answer),) = mender.mend([with_sources(open_tree(), finding)])
    return answer if isinstance(answer, Patch) else None


def _trace(finding: Finding, args: argparse.Namespace) -> Trace | None:
    """The run that a proof of the finding ends in: one that was made before, or is made now of the tree."""
    from lastput.cli.proving import proofs
    from lastput.schema.proof import Limits

    proof = finding.proof
    if proof is None and args.tree and not args.findings and finding.claim is not None:
        ((_, proof),) = proofs([finding], Path(args.tree), Limits(), 1)
    return proof.trace if proof is not None and proof.verdict.startswith("CONFIRMED") else None


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise LastputError(
            "plan-wanted", f"{path} is there already", f"lastput replay {path}, or remove it"
        ) from None


def _finding(args: argparse.Namespace) -> tuple[Finding, str]:
    """The finding that the word names, and the module of its file ("": nobody knows)."""
    told = _of_file(Path(args.findings)) if args.findings else _of_tree(args.tree)
    place = _PLACE.fullmatch(args.story)
    if place:
        where = (place["path"].removeprefix("./"), int(place["line"]))
        here = [one for one in told if (one.where.path, one.where.line) == where]
    else:
        here = [one for one in told if one.fingerprint == args.story]
    if not here:
        raise LastputError(
            "no-finding",
            f"the audit has no finding {'at' if place else 'with fingerprint'} {args.story}",
            "`lastput audit TREE --confidence low` lists them; a place is FILE:LINE from the tree's top",
        )
    found = here[0]
    return found, "" if args.findings else _module(args.tree, found.where.path)


def _of_file(path: Path) -> tuple[Finding, ...]:
    """What ``lastput audit --format json`` printed: a finding a line."""
    try:
        return tuple(msgspec.json.decode(line, type=Finding) for line in path.read_bytes().splitlines())
    except (OSError, msgspec.MsgspecError) as error:
        raise LastputError(
            "no-finding",
            f"these are no findings: {error}",
            "lastput audit TREE --format json > FILE",
            Place(str(path)),
        ) from None


def _of_tree(tree: str | None) -> tuple[Finding, ...]:
    from lastput.audit.registry import all_rules, select
    from lastput.audit.report import Request, audit
    from lastput.cli.tree import opener, store_of

    if not tree:
        raise LastputError(
            "no-finding",
            "a finding is one of a tree",
            "name it with --tree, or what the audit printed with --findings",
        )
    asked = Request(
        tree=tree,
        rules=select(),
        known_codes=frozenset(one.code for one in all_rules()),
        jobs=len(os.sched_getaffinity(0)),
        confidence="low",
        store=store_of(Path(tree)),
    )
    return audit(opener(tree), asked).findings


def _module(tree: str, path: str) -> str:
    from lastput.facts.base import Facts
    from lastput.facts.location import database_path
    from lastput.facts.modules import modules_of

    with Facts(Path(tree), database_path(Path(tree))) as facts:
        return next((one.name for one in modules_of(facts, path) if one.modular), "")
