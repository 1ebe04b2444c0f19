"""Every test of the shelf has the answer that its header gives, with and without reductions."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.c.tree import open_tree
from lastput.engine.search import check
from lastput.engine.verdict import Options
from lastput.facts.definitions.lookup import Headers
from lastput.model.compile import compile_file
from lastput.model.compiled import Compiled
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


def _classes(compiled: Compiled, options: Options) -> list[str]:
    result = check(compiled.program, options)
    assert result.complete
    return sorted(finding.error.slug for finding in result.findings)


def _as_expected(compiled: Compiled, found: list[str], release: str = "") -> bool:
    """The classes of the header, and the module's data, which goes with its text."""
    wanted = sorted({one.error for one in compiled.header.expected_on(release) or ()})
    return found == wanted or ("unmapped-text" in wanted and found == sorted({*wanted, "use-after-free"}))


@pytest.mark.parametrize("path", OWN, ids=_name)
def test_answer(path: Path) -> None:
    compiled = compile_file(str(path))
    found = _classes(compiled, Options())
    assert _as_expected(compiled, found)
    assert found == _classes(compiled, ORDERED) == _classes(compiled, UNREDUCED)


@pytest.mark.needs_tree
@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("path", REAL, ids=_name)
def test_answer_on_a_kernel_tree(path: Path, release: str) -> None:
    tree = open_tree(str(packed_tree(release)))
    compiled = compile_file(str(path), None, tree.read, Headers(tree))
    assert tree.release() == release
    assert _as_expected(compiled, _classes(compiled, Options()), release)
