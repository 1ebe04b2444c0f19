"""Every test of the shelf has the answer that its header gives, with and without reductions."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.c.tree import open_tree
from lastput.check.request import Request
from lastput.check.run import run
from lastput.engine.verdict import Options
from lastput.facts.definitions.lookup import Headers
from tests.conftest import RELEASES
from tests.conftest import tree as packed_tree

SHELF = Path(__file__).parent.parent / "litmus"
ALL = sorted(SHELF.glob("*/*.c"))
REAL = [path for path in ALL if "-real" in path.stem or path.parent.name == "eventfd"]
OWN = [path for path in ALL if path not in REAL]
UNREDUCED = Options(merge=False, symmetry=False)
#: Partial order from the first state on; 'auto' does without in small searches.
ORDERED = Options(engine="compiled")


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def _classes(request: Request) -> list[str]:
    """The classes that are found, which must be those of the header."""
    outcome = run(request)
    assert outcome.result.complete
    assert outcome.checked.expected.stated
    assert not outcome.checked.wrong
    return sorted(outcome.classes)


@pytest.mark.parametrize("path", OWN, ids=_name)
def test_answer(path: Path) -> None:
    found = _classes(Request(file=str(path)))
    for search in (ORDERED, UNREDUCED):
        assert found == _classes(Request(file=str(path), search=search))


@pytest.mark.needs_tree
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("path", REAL, ids=_name)
def test_answer_on_a_kernel_tree(path: Path, release: str) -> None:
    tree = open_tree(str(packed_tree(release)))
    assert tree.release() == release
    _classes(Request(file=str(path), read_tree=tree.read, headers=Headers(tree), release=release))
