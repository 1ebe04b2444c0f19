"""What `lastput prove` makes of a sample of findings: verdicts by rule, and what stops the rest.

    lastput audit TREE --confidence low --format json > findings.json
    python -m benchmarks.prove_findings findings.json --tree TREE [--rules REF001] [--sample 80] [--seed 1]
    python -m benchmarks.prove_findings findings.json --tree TREE --only drivers/net/foo.c:123 --show

CPU is user time of one proof, the header index being there. ``--out`` keeps the proofs as JSON lines.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import statistics
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import get_args

import msgspec

from lastput.c.tree import open_tree
from lastput.facts.base import Facts
from lastput.facts.definitions.lookup import Headers
from lastput.facts.location import database_path
from lastput.prove.run import Tree, prove
from lastput.schema.finding import Finding
from lastput.schema.proof import Limits, Proof, ProofVerdict


class Proved(msgspec.Struct, frozen=True):
    """A proof, its finding's place, and what it cost in seconds of user time."""

    where: str
    message: str
    cpu: float
    proof: Proof

    @property
    def kind(self) -> str:
        """The verdict, and for UNDECIDED the reason with numbers and names left out."""
        proof = self.proof
        if proof.verdict != "UNDECIDED":
            return proof.verdict
        told = proof.why.partition(":")[0] if proof.reason == "front-end" else proof.why
        return f"{proof.reason}: {re.sub(r'[^ ]*[0-9(/][^ ]*', '*', told)[:60]}"


@cache
def _tree(root: str) -> Tree:
    path = Path(root)
    source = open_tree(root)
    return Tree(Facts(path, database_path(path)), source.read, Headers(source))


def proved(finding: Finding, root: str, states: int) -> Proved:
    """One finding."""
    tree = _tree(root)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    proof = prove(finding, tree, Limits(states=states))
    cpu = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    return Proved(f"{finding.where.path}:{finding.where.line}", finding.message, cpu, proof)


def _report(found: Sequence[Proved]) -> None:
    codes = sorted({one.proof.code for one in found})
    verdicts: tuple[ProofVerdict, ...] = get_args(ProofVerdict)
    print(f"{'':8}{'all':>6}" + "".join(f"{one:>14}" for one in verdicts) + f"{'decided':>9}")
    for code in (*codes, "all"):
        mine = [one for one in found if code in (one.proof.code, "all")]
        counts = Counter(one.proof.verdict for one in mine)
        decided = len(mine) - counts["UNDECIDED"]
        cells = "".join(f"{counts[one]:14}" for one in verdicts)
        print(f"{code:8}{len(mine):6}{cells}{100 * decided / max(len(mine), 1):8.0f}%")
    for (code, kind), count in Counter(
        (one.proof.code, one.kind) for one in found if one.proof.verdict == "UNDECIDED"
    ).most_common():
        print(f"{count:6} {code} {kind}")
    times = sorted(one.cpu for one in found) or [0.0]
    print(
        f"CPU of one: median {statistics.median(times):.2f} s, 95 % under"
        f" {times[int(len(times) * 0.95)]:.2f} s, most {times[-1]:.2f} s;"
        f" memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("findings", type=Path)
    parser.add_argument("--tree", required=True)
    parser.add_argument("--rules", default="", help="only these rules or families, with commas")
    parser.add_argument("--sample", type=int, default=0, help="so many, drawn at random (default: all)")
    parser.add_argument("--each", type=int, default=0, help="so many of each rule, drawn at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--states", type=int, default=Limits().states)
    parser.add_argument("--only", default="", help="the findings at this PATH:LINE")
    parser.add_argument("--show", action="store_true", help="print the tests too")
    parser.add_argument("--out", type=Path, help="the proofs, as JSON lines")
    args = parser.parse_args()
    findings = [msgspec.json.decode(line, type=Finding) for line in args.findings.read_bytes().splitlines()]
    if args.rules:
        findings = [one for one in findings if one.code.startswith(tuple(args.rules.split(",")))]
    draw = random.Random(args.seed)
    if args.only:
        findings = [one for one in findings if f"{one.where.path}:{one.where.line}" == args.only]
    if args.each:
        drawn: list[Finding] = []
        for code in sorted({one.code for one in findings}):
            mine = [one for one in findings if one.code == code]
            drawn += draw.sample(mine, min(args.each, len(mine)))
        findings = drawn
    if args.sample:
        findings = draw.sample(findings, min(args.sample, len(findings)))
    count = len(findings)
    arguments = (findings, [args.tree] * count, [args.states] * count)
    if args.only or args.jobs == 1:
        found = list(map(proved, *arguments))
    else:
        with ProcessPoolExecutor(args.jobs) as pool:
            found = list(pool.map(proved, *arguments, chunksize=2))
    for one in found:
        told = one.proof.why if one.proof.verdict == "UNDECIDED" else f"{one.proof.states} states"
        print(f"{one.where} {one.proof.code} {one.proof.verdict} {one.proof.reason} {told[:240]}")
        if args.show:
            print(one.proof.litmus)
    if args.out is not None:
        args.out.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in found))
    _report(found)


if __name__ == "__main__":
    main()
