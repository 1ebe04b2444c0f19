"""After any edits a run that goes on from the last one says what a run from scratch says."""

from __future__ import annotations

import itertools
import tempfile
from functools import partial
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from lastput.audit.fact_tree import FactTree
from lastput.audit.registry import all_rules
from lastput.audit.store import judged
from lastput.facts.index import update
from tests.audit.pages import make_tree, read_cases

_PAGES = sorted((Path(__file__).parent / "rules").glob("*.md"))
#: The trees of each page; they have files of the same names.
_TREES = [[case.files for case in read_cases(page)] for page in _PAGES]

#: Which file and which line of it, what is done, and with which line of the other trees.
_EDIT = st.tuples(
    st.integers(0, 99), st.integers(0, 999), st.sampled_from(("drop", "repeat", "put")), st.integers(0, 999)
)


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_a_run_goes_on_from_the_last_one(data: st.DataObject) -> None:
    page = data.draw(st.sampled_from(_TREES))
    first = data.draw(st.sampled_from(page))
    other = data.draw(st.sampled_from(_TREES[0] + page))
    lines = [line for text in other.values() for line in text.splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        root, caches = Path(folder) / "tree", (Path(folder) / f"cache{n}" for n in itertools.count())
        make_tree(root, first)
        kept = next(caches)
        assert _audit(root, kept) == _audit(root, kept) == _audit(root, next(caches))
        for _ in range(2):
            if data.draw(st.booleans()):
                make_tree(root, data.draw(st.sampled_from(page)))
            for edit in data.draw(st.lists(_EDIT, max_size=4)):
                _change(root, edit, lines)
            assert _audit(root, kept) == _audit(root, next(caches))


def _audit(root: Path, cache: Path) -> bytes:
    """What is found, to the byte: a finding that was kept looks as one that is new."""
    cache.mkdir(exist_ok=True)
    report = update(root, cache)
    open_tree = partial(FactTree, root, report.database)
    found, broken = judged(report.database.with_suffix(""), open_tree, all_rules())
    assert not broken
    return msgspec.json.encode(found)


def test_what_is_named_first_does_not_depend_on_the_order_of_edits(tmp_path: Path) -> None:
    shared = "struct foo {\n\tstruct work_struct work;\n};\n"
    ends = "static void {0}_remove(struct foo *foo)\n{{\n\t{0}_stop(foo);\n}}\n" + (
        "static struct {0}_driver {0}_driver = {{\n\t.remove = {0}_remove,\n}};\n"
        "module_{0}_driver({0}_driver);\n"
    )
    runs = "static void foo_run(struct work_struct *work)\n{\n}\n" + (
        "void foo_setup(struct foo *foo)\n{\n\tINIT_WORK(&foo->work, foo_run);\n"
        "\tschedule_work(&foo->work);\n}\n"
    )
    include = '#include "foo.h"\n'
    files = {
        "drivers/foo/Kconfig": "config FOO\n\ttristate\n",
        "drivers/foo/Makefile": "obj-$(CONFIG_FOO) += foo.o\nfoo-y := a.o b.o run.o\n",
        "drivers/foo/foo.h": shared,
        "drivers/foo/a.c": include + ends.format("a"),
        "drivers/foo/b.c": include + ends.format("b"),
        "drivers/foo/run.c": include + runs,
    }
    root = tmp_path / "tree"
    make_tree(root, files)
    first = _audit(root, tmp_path / "kept")
    assert b"a_remove" in first and b"b_remove" not in first
    make_tree(root, {**files, "drivers/foo/a.c": "\n" + files["drivers/foo/a.c"]})
    assert _audit(root, tmp_path / "kept") == _audit(root, tmp_path / "scratch")


def _change(root: Path, edit: tuple[int, int, str, int], lines: list[str]) -> None:
    which, at, what, new = edit
    files = sorted(root.rglob("*.[ch]"))
    file = files[which % len(files)]
    text = file.read_text().splitlines()
    line = at % max(1, len(text))
    old = text[line : line + 1]
    text[line : line + 1] = {"drop": [], "repeat": old * 2, "put": [*old, lines[new % len(lines)]]}[what]
    file.write_text("\n".join(text) + "\n")
