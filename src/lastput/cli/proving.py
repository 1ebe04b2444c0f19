"""Proofs of many findings: those that are known, the others on whatever executor, in the findings' order."""

from __future__ import annotations

__all__ = ["proofs"]

from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path

from lastput.c.tree import open_tree
from lastput.cli.tree import store_of
from lastput.executor import Lost, executor
from lastput.facts.base import Facts
from lastput.facts.definitions.lookup import Headers
from lastput.facts.location import database_path
from lastput.prove.answers import Answers
from lastput.prove.run import Tree, lost, prove
from lastput.schema.finding import Finding
from lastput.schema.proof import Limits, Proof


def proofs(
    findings: Sequence[Finding], root: Path, limits: Limits, jobs: int, on: str = "local"
) -> Iterator[tuple[Finding, Proof]]:
    """Each finding with its proof. What has been proved is kept at once, so that a run which is stopped goes
    on where it was. Raises LastputError as ``executor`` does."""
    with Facts(root, database_path(root)) as facts:
        answers = Answers(store_of(root), facts)
        ready = {at: known for at, one in enumerate(findings) if (known := answers.known(one, limits))}
        missing = [at for at in range(len(findings)) if at not in ready]
        work = partial(_prove, str(root.resolve()), limits)
        following = 0
        for position, outcome in executor(on, jobs).run(work, [findings[at] for at in missing]):
            at = missing[position]
            if isinstance(outcome, Lost):
                ready[at] = lost(findings[at], outcome.why)
            else:
                ready[at] = outcome
                answers.keep(findings[at], limits, outcome)
            while following in ready:
                yield findings[following], ready.pop(following)
                following += 1
        while following in ready:
            yield findings[following], ready.pop(following)
            following += 1


def _prove(root: str, limits: Limits, finding: Finding) -> Proof:
    """One finding, in whichever process this is."""
    return prove(finding, _tree(root), limits)


@cache
def _tree(root: str) -> Tree:
    """The tree, opened once a process."""
    path = Path(root)
    source = open_tree(root)
    return Tree(Facts(path, database_path(path)), source.read, Headers(source))
