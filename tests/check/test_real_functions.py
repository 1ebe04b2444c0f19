"""Five functions of Linux 7.3, checked as they lie there: no stub and no constant is written by hand.

docs/litmus-language.md shows them.
"""

from __future__ import annotations

import re

import pytest

from lastput.c.tree import open_tree
from lastput.engine.search import check
from lastput.facts.definitions.lookup import Headers
from lastput.model.compile import compile_text
from lastput.model.options import ModelOptions
from tests.conftest import tree as packed_tree
from tests.pages import ROOT

_PAGE = (ROOT / "docs" / "litmus-language.md").read_text()
#: A block of C, and what came of it: the verdict and the functions that give any value.
_SHOWN = re.compile(r"```c\n(/\* 7\.3: [^\n]*\n.*?)```\n\n(\w+)([^.]*)\. Any value: ([^.]*)\.\n", re.DOTALL)


@pytest.mark.needs_tree
def test_five_functions_of_the_kernel_as_they_are() -> None:
    tree = open_tree(str(packed_tree("7.3")))
    headers = Headers(tree)
    shown = _SHOWN.findall(_PAGE)
    assert len(shown) == 5
    for text, verdict, found, assumed in shown:
        options = ModelOptions(assume_any=("all",))
        made = compile_text(f"#include <lastput.h>\n{text}", "real.c", options, tree.read, headers)
        result = check(made.program)
        assert result.complete and result.verdict.value == verdict, text
        assert [one.error.slug for one in result.findings] == re.findall(r"`([\w-]+)`", found), text
        functions = [f"{one.name}()" for one in made.assumptions if one.kind == "any"]
        assert functions == re.findall(r"`([^`]+)`", assumed), text
