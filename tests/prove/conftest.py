"""A tree of one file whose claims are proved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lastput.c.tree import open_tree
from lastput.facts.base import Facts
from lastput.facts.definitions.lookup import Headers
from lastput.facts.index import update
from lastput.prove.run import Tree, prove, prove_patched
from lastput.schema.claim import Claim
from lastput.schema.finding import Finding, Where
from lastput.schema.proof import Proof

FILE = "drivers/foo/foo.c"
HEAD = """\
#include <linux/of.h>
struct foo { int ready; struct mutex lock; struct work_struct work; struct timer_list timer; };
"""

#: The code, the claim, and the code with an edit.
Prove = Callable[..., Proof]


def at(code: str, text: str) -> int:
    """The line of the first statement of the file that has ``text`` in it."""
    lines = (HEAD + code).splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.fixture
def proved(tmp_path: Path) -> Iterator[Prove]:
    """Proves a claim of code that is the one file of a tree."""
    opened: list[Facts] = []

    def run(code: str, claim: Claim, edited: str = "") -> Proof:
        root = tmp_path / "linux"
        for folder in ("kernel", "include/linux", "drivers/foo"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / FILE).write_text(HEAD + code)
        (root / "drivers/foo/Makefile").write_text("obj-m += foo.o\n")
        (root / "drivers/Makefile").write_text("obj-m += foo/\n")
        report = update(root, tmp_path / "cache", jobs=1)
        facts = Facts(root, report.database)
        opened.append(facts)
        where = Where(FILE, claim.sites[-1].line, function=claim.sites[-1].function)
        finding = Finding(
            code="REF001", verdict="bug", confidence="medium", message="it is lost", where=where, claim=claim
        )
        source = open_tree(str(root))
        tree = Tree(facts, source.read, Headers(source))
        return prove_patched(finding, tree, {FILE: HEAD + edited}) if edited else prove(finding, tree)

    yield run
    for one in opened:
        one.close()
