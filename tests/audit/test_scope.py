"""A patch answers for what it touched: also for what a removed line uncovers elsewhere."""

from __future__ import annotations

import difflib
from pathlib import Path

from lastput.audit.patch import Change, from_diff
from lastput.audit.scope import in_scope, scope_of
from lastput.schema.finding import Cause, Evidence, Finding, Where
from tests.audit.samples import TextTree, finding

_OLD = """\
static void foo_work(struct work_struct *work)
{
	foo_poll(work);
}

static const struct file_operations foo_fops = {
	.owner = THIS_MODULE,
	.open = foo_open,
};

static int foo_remove(struct device *dev)
{
	cancel_work_sync(&foo->work);
	kfree(foo);
}
"""
_WORK = Where("a.c", 3, 2, "foo_work")


def _change(tmp_path: Path, new: str) -> tuple[TextTree, tuple[Change, ...]]:
    (tmp_path / "a.c").write_text(new)
    diff = difflib.unified_diff(_OLD.splitlines(True), new.splitlines(True), "a/a.c", "b/a.c", n=3)
    return TextTree(tmp_path), from_diff("".join(diff))


def _bare(where: Where, **more: object) -> Finding:
    return finding(**{"where": where, "causes": (), "evidence": (), "chain": (), "object": "", **more})


def test_a_removed_line_uncovers_what_was_searched_there(tmp_path: Path) -> None:
    tree, changes = _change(tmp_path, _OLD.replace("\tcancel_work_sync(&foo->work);\n", ""))
    scope = scope_of(tree, changes)
    searched = (Evidence("handshake", "nothing waits", searched=(Where("a.c", 11, 0, "foo_remove"),)),)
    assert in_scope(_bare(_WORK, evidence=searched), scope)
    assert in_scope(_bare(_WORK, causes=(Cause(Where("a.c", 13, 2, "foo_remove"), "freed"),)), scope)
    assert in_scope(_bare(_WORK, object="&foo->work"), scope), "the removed text names the object"
    assert not in_scope(_bare(_WORK), scope)


def test_a_table_is_touched_by_its_fields_only(tmp_path: Path) -> None:
    table = Where("a.c", 6)
    tree, changes = _change(tmp_path, _OLD.replace("\t.owner = THIS_MODULE,\n", ""))
    assert in_scope(_bare(table), scope_of(tree, changes))
    tree, changes = _change(tmp_path, _OLD.replace("foo_poll", "foo_push"))
    assert not in_scope(_bare(table), scope_of(tree, changes))
    assert in_scope(_bare(_WORK), scope_of(tree, changes))


def test_a_function_that_is_gone_is_known_by_its_text(tmp_path: Path) -> None:
    tree, changes = _change(tmp_path, _OLD[: _OLD.index("static int foo_remove")])
    assert in_scope(_bare(_WORK, object="foo->work"), scope_of(tree, changes))
