"""Files of two kernels, whole and unmodified: what of them is understood."""

from __future__ import annotations

import re

import pytest

from lastput.c import syntax as c
from lastput.c.parse import parse_function, parse_unit
from lastput.c.preprocess import Preprocessor
from lastput.c.tree import Tree, open_tree
from lastput.errors import LastputError
from tests.conftest import RELEASES
from tests.conftest import tree as packed_tree

FILES = (
    "virt/kvm/async_pf.c",
    "virt/kvm/kvm_main.c",
    "virt/kvm/eventfd.c",
    "drivers/block/loop.c",
    "kernel/workqueue.c",
    "kernel/module/main.c",
    "fs/file_table.c",
)

# No macro of the kernel is defined here. Loop macros must be, for a loop without one is no C.
LOOP = re.compile(r"^\t+(\w*for_each\w*|for_class_mod_mem_type|scoped_\w*guard)\s*\(", re.MULTILINE)

pytestmark = pytest.mark.needs_tree


@pytest.fixture(scope="session", params=RELEASES)
def tree(request: pytest.FixtureRequest) -> Tree:
    tree = open_tree(packed_tree(request.param))
    tree.prefetch(FILES)
    return tree


def read(tree: Tree, file: str) -> tuple[c.Unit, list[LastputError], int]:
    """The unit, the errors of the functions that do not parse, and how many there are."""
    text = tree.read(file)
    macros = {f"{name}(...)": "for (;;)" for name in sorted(set(LOOP.findall(text)))}
    typedefs: set[str] = set()
    tokens = Preprocessor(macros).run(text, file)
    unit = parse_unit(tokens, file, {"module_init", "module_exit"}, False, typedefs)
    stubs = [item for item in unit.items if isinstance(item, c.FunctionStub)]
    errors = []
    for stub in stubs:
        try:
            parse_function(stub, typedefs)
        except LastputError as error:
            errors.append(error)
    return unit, errors, len(stubs)


@pytest.mark.parametrize("file", FILES)
def test_every_function_parses(tree: Tree, file: str) -> None:
    unit, errors, count = read(tree, file)
    assert count > 5
    assert [str(e) for e in errors] == []
    # What is passed over has a name, a place and a reason, and none of it is a plain declaration.
    plain = [s for s in unit.skipped if s.why.startswith("met ")]
    assert plain == []


def test_async_pf_is_all_there(tree: Tree) -> None:
    unit, _, _ = read(tree, "virt/kvm/async_pf.c")
    names = {item.name for item in unit.items if isinstance(item, c.FunctionStub)}
    assert names >= {
        "kvm_async_pf_init",
        "kvm_async_pf_deinit",
        "kvm_async_pf_vcpu_init",
        "async_pf_execute",
        "kvm_clear_async_pf_completion_queue",
        "kvm_check_async_pf_completion",
        "kvm_setup_async_pf",
        "kvm_async_pf_wakeup_all",
    }
    assert unit.skipped == ()


def test_nearest_names(tree: Tree) -> None:
    with pytest.raises(LastputError) as caught:
        tree.read("virt/kvm/asyncpf.c")
    assert caught.value.slug == "not-in-tree"
    assert "virt/kvm/async_pf.c" in caught.value.remedy
