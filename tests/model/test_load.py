"""What a litmus file takes from a kernel tree, and what stands in for what the tree lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lastput.engine.search import check
from lastput.errors import LastputError, Place
from lastput.model.compile import compile_text
from lastput.model.compiled import Compiled

_TEST = """
#include <lastput.h>
static int hits;
int __weak answer(void) { return 1; }
SOURCE("lib/answer.c", answer);
THREAD(t) { hits = answer(); if (hits != %d) fail(WARN, NULL, "the other one"); }
"""


def _tree(**files: str) -> Callable[[str], str]:
    def read(path: str) -> str:
        text = files.get(path.rpartition("/")[2].replace(".", "_"))
        if text is None:
            raise LastputError("not-in-tree", f"{path} is not in the tree", "look again", Place("tree"))
        return text

    return read


def _compile(answer: int, read: Callable[[str], str]) -> Compiled:
    compiled = compile_text(_TEST % answer, "t.c", None, read)
    assert check(compiled.program).verdict.value == "SAFE"
    return compiled


def test_a_tentative_definition_keeps_the_value_that_follows() -> None:
    text = """#include <lastput.h>
SOURCE("lib/a.c");
THREAD(t) { BUG_ON(!my_ops.get || my_ops.get() != 5 || numbers[1] != 2 || alone); }
"""
    source = """struct ops { int (*get)(void); };
static const struct ops my_ops;
static int numbers[];
static int alone;
static int get(void) { return 5; }
static const struct ops my_ops = { .get = get };
static const struct ops my_ops;
static int numbers[] = { 1, 2 };
"""
    program = compile_text(text, "t.c", None, _tree(a_c=source)).program
    assert check(program).verdict.value == "SAFE"


def test_the_tree_wins_over_a_weak_function() -> None:
    compiled = _compile(2, _tree(answer_c="int answer(void) { return 2; }"))
    assert compiled.program.assumptions == ()


@pytest.mark.parametrize(
    "read", [_tree(), _tree(answer_c="int other(void);")], ids=["no file", "no function"]
)
def test_a_weak_function_stands_in_and_says_so(read: Callable[[str], str]) -> None:
    compiled = _compile(1, read)
    assert compiled.program.assumptions == ("answer() is that of the test: the tree has none",)


@pytest.mark.parametrize(
    "read, slug", [(_tree(), "not-in-tree"), (_tree(answer_c="int other(void);"), "not-in-source")]
)
def test_without_it_the_missing_function_is_an_error(read: Callable[[str], str], slug: str) -> None:
    text = "\n".join(line for line in (_TEST % 1).splitlines() if "__weak" not in line)
    with pytest.raises(LastputError) as error:
        compile_text(text, "t.c", None, read)
    assert error.value.slug == slug


def test_includes_of_a_kernel_file_are_not_looked_for_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stands in a kernel tree gets the same answer as from anywhere else."""
    monkeypatch.chdir(tmp_path)
    Path("lib").mkdir()
    Path("lib/answer.h").write_text("#define answer() 3\n")
    _compile(2, _tree(answer_c='#include "answer.h"\nint answer(void) { return 2; }'))
