"""Expressions become keys by what is declared: a small tree with the ways in which drivers name things."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lastput.effects.key import Key
from lastput.effects.typing.access import read_access
from lastput.effects.typing.keys import Typing, key_of
from lastput.facts.base import Facts
from lastput.facts.index import update

_FILES = {
    "include/linux/of.h": "struct device_node { struct kobject kobj; };\n"
    "struct device { struct device_node *of_node; struct kobject kobj; void *driver_data; };\n"
    "struct work_struct { int data; };\nstruct delayed_work { struct work_struct work; };\n"
    "static inline struct device *get_device(struct device *dev) { return dev; }\n",
    "drivers/net/foo.h": """
struct ring { struct mutex lock; struct work_struct refill; };
struct mdev { struct workqueue_struct *wq; };
struct foo {
	struct device *dev;
	struct mdev mdev;
	struct ring rx, tx;
	struct ring *rings[4];
	struct delayed_work poll;
	struct { struct work_struct w; } reset;
	int irq;
};
#define work_to_foo(w) container_of(w, struct foo, poll.work)
static inline struct foo *mdev_to_foo(struct mdev *m) { return container_of(m, struct foo, mdev); }
""",
    "drivers/net/foo.c": """
static DEFINE_MUTEX(foo_lock);
static struct workqueue_struct *foo_wq;
extern struct foo the_foo;

static void poll(struct work_struct *work)
{
	struct foo *foo = work_to_foo(work);
	struct ring *r = &foo->rx;
	struct ring *one = foo->rings[0];
	struct foo *other = mdev_to_foo(&foo->mdev), **out;
	struct device *dev = foo->dev;
	void *raw = foo;
	foo->rx.lock;
}
static void refill(struct work_struct *work)
{
	struct ring *r = container_of(work, struct ring, refill);
	static struct foo kept;
}
static int probe(struct device *dev)
{
	struct foo *foo = devm_kzalloc(dev, sizeof(*foo), GFP_KERNEL);
	int irq = platform_get_irq(dev, 0);
	struct workqueue_struct *wq;

	foo->irq = irq;
	wq = alloc_workqueue("x", 0, 0);
	foo->mdev.wq = wq;
	for_each_thing(dev) {
		struct device_node *np __free(device_node) = of_get(dev), *q;
	}
	return 0;
}
""",
}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    tree = tmp_path_factory.mktemp("tree")
    for path, text in _FILES.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
    report = update(tree, cache=tree.parent / "cache", jobs=1)
    with Facts(tree, report.database) as found:
        yield found


@pytest.mark.parametrize(
    ("function", "expression", "expected"),
    [
        ("poll", "foo", Key("foo")),
        ("poll", "foo->dev", Key("foo", "dev")),
        ("poll", "dev", Key("foo", "dev")),  # an alias
        ("poll", "dev->of_node", Key("device", "of_node")),
        ("poll", "foo->dev->of_node", Key("device", "of_node")),
        ("poll", "&foo->rx.lock", Key("foo", "rx.lock")),
        ("poll", "&r->lock", Key("foo", "rx.lock")),
        ("poll", "&(&foo->tx)->lock", Key("foo", "tx.lock")),
        ("poll", "&one->lock", Key("ring", "lock")),
        ("poll", "&foo->rings[2]->lock", Key("ring", "lock")),
        ("poll", "foo->mdev.wq", Key("foo", "mdev.wq")),
        ("poll", "other->irq", Key("foo", "irq")),
        ("poll", "mdev_to_foo(&foo->mdev)->irq", Key("foo", "irq")),
        ("poll", "((struct foo *)raw)->irq", Key("foo", "irq")),
        ("poll", "READ_ONCE(foo->dev)->of_node", Key("device", "of_node")),
        ("poll", "get_device(foo->dev)", Key("device")),
        ("poll", "&foo->reset.w", Key("foo", "reset.w")),
        ("poll", "&foo_lock", Key("", "", "foo_lock", "drivers/net/foo.c")),
        ("poll", "foo_wq", Key("workqueue_struct", "", "foo_wq", "drivers/net/foo.c")),
        ("poll", "the_foo.rx.lock", Key("foo", "rx.lock", "the_foo")),
        ("poll", "&the_foo", Key("foo", "", "the_foo")),
        ("refill", "work", Key("ring", "refill")),
        ("refill", "r", Key("ring")),
        ("refill", "kept.irq", Key("foo", "irq", "refill.kept", "drivers/net/foo.c")),
        ("probe", "irq", Key("foo", "irq")),  # stored, so another name for the member
        ("probe", "wq", Key("foo", "mdev.wq")),
        ("probe", "np", Key("device_node")),
        ("probe", "q", Key("device_node")),
        ("poll", "(*out)->irq", Key("foo", "irq")),
        ("poll", "a + b", Key()),
        ("poll", "x->y", Key()),
    ],
)  # fmt: skip
def test_key(facts: Facts, function: str, expression: str, expected: Key) -> None:
    (fact,) = facts.functions(function)
    assert key_of(facts, fact.id, expression) == expected


def test_a_part_is_seen_from_outside_and_from_inside(facts: Facts) -> None:
    typing = facts.once(Typing)
    file = facts.functions("poll")[0].file
    outer, inner = Key("foo", "mdev.wq"), Key("mdev", "wq")
    assert typing.same(outer, inner, file)
    assert typing.same(inner, outer, file)
    assert not typing.same(Key("foo", "rx.lock"), Key("foo", "tx.lock"), file)
    assert typing.same(Key("foo", "rx.lock"), Key("ring", "lock"), file)
    assert not typing.same(Key("foo", "dev"), Key("bar", "dev"), file)
    assert typing.views(Key("foo", "rx"), file) == (Key("foo", "rx"), Key("ring"))
    assert not typing.same(Key("foo", "rx"), Key("ring"), file)


def test_nothing_is_no_access() -> None:
    for text in ("", "a ? b : c", "1", "a + 1", "(", "a[", "f(", "&", "a->", "sizeof"):
        found = read_access(text)
        assert found is None or text == "sizeof"
