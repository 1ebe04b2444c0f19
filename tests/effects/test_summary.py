"""Summaries of functions that get, give, put, keep and lock: inferred from bodies, with their places."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.cli.main import main
from lastput.effects.summary import summary
from lastput.facts.base import Facts
from lastput.facts.index import update

_TREE = {
    "include/foo.h": """
struct foo { struct kref ref; struct mutex lock; struct list_head node; struct foo *next; };
struct box { struct foo *foo; struct work_struct work; };
static inline void foo_get(struct foo *foo) { kref_get(&foo->ref); }
static inline void foo_put(struct foo *foo) { kref_put(&foo->ref, foo_release); }
static inline bool foo_tryget(struct foo *foo) { return kref_get_unless_zero(&foo->ref); }
""",
    "drivers/foo.c": """
static struct foo *foo_find(int id)
{
	struct foo *foo;

	list_for_each_entry(foo, &foos, node)
		if (foo->id == id) {
			foo_get(foo);
			return foo;
		}
	return NULL;
}
static struct foo *foo_of(struct box *box)
{
	return foo_find(box->id);
}
static void box_set(struct box *box, struct foo *foo)
{
	box->foo = foo;
}
static void box_free(struct box *box)
{
	cancel_work_sync(&box->work);
	foo_put(box->foo);
	kfree(box);
}
static void foo_done(int error, struct foo *foo)
{
	if (error)
		foo_put(foo);
}
static void foo_enter(struct foo *foo)
{
	mutex_lock(&foo->lock);
}
static int foo_looks(struct foo *foo)
{
	return foo->next != NULL;
}
""",
}
_EXPECTED = {
    "foo_get": ["get struct foo.ref 0 always"],
    "foo_put": ["put struct foo.ref 0 always"],
    "foo_tryget": ["get struct foo.ref 0 success"],
    "foo_find": ["give struct foo -1 success"],
    "foo_of": ["give struct foo -1 success"],
    "box_set": ["store struct foo 1 may"],
    "box_free": ["free struct box 0 may", "wait struct box.work None may"],
    "foo_done": ["put struct foo.ref 1 always"],
    "foo_enter": ["lock struct foo.lock None always"],
    "foo_looks": [],
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("tree")
    for path, text in _TREE.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)
    return top


@pytest.mark.parametrize("name", sorted(_EXPECTED))
def test_summary(tree: Path, name: str) -> None:
    report = update(tree, cache=tree.parent / "cache", jobs=1)
    with Facts(tree, report.database) as facts:
        (fact,) = facts.functions(name)
        found = summary(facts, fact.id)
    said = [f"{one.kind} {one.key} {one.subject.position} {one.outcome}" for one in found]
    assert sorted(said) == _EXPECTED[name]


def test_a_call_through_others_says_which(
    tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LASTPUT_CACHE", str(tree.parent / "cache2"))
    assert main(["effects", "foo_of", str(tree)]) == 0
    assert capsys.readouterr().out == (
        "drivers/foo.c:13: foo_of()\n"
        "  give    the value    struct foo (foo_put), success, line 15  through foo_find foo_get\n"
    )
    assert main(["effects", "drivers/foo.c:nothing", str(tree)]) == 2
    assert "no-such-function" in capsys.readouterr().err
