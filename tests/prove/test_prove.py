"""From a claim to a verdict, over a tree of one file: what is confirmed, what is refuted, and what is
neither."""

from __future__ import annotations

import pytest

from lastput.prove.run import Tree, prove
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Finding, Where, functions
from tests.prove.conftest import FILE, Prove, at

_LOST = """\
static int foo_parse(struct device *dev)
{
	struct device_node *np = of_find_node_by_name(NULL, "foo");
	int id;

	if (!np)
		return -ENODEV;
	id = foo_id(np);
	if (id < 0)
		return -EINVAL;
	of_node_put(np);
	return 0;
}
"""


def _lost(code: str, exit: str = "return -EINVAL") -> Claim:
    node = "struct device_node"
    get = Site("get", FILE, at(code, "of_find"), "foo_parse", node, "np", "of_find_node_by_name")
    left = Site("exit", FILE, at(code, exit), "foo_parse", node, "np")
    return Claim("leak", node, (get, left), "of_node_put(np)", 1)


def test_a_reference_that_is_lost(proved: Prove) -> None:
    proof = proved(_LOST, _lost(_LOST))
    assert proof.verdict == "CONFIRMED", proof.why
    assert proof.trace is not None and proof.trace.error == "leak"
    assert proof.control is not None and proof.control.verdict == "SAFE"
    assert [one.executed for one in proof.visits] == [True, True]
    assert "ASSUME_ANY(" in proof.litmus and "foo_id" in proof.litmus


def test_a_reference_that_is_put(proved: Prove) -> None:
    code = _LOST.replace(
        "if (id < 0)\n\t\treturn -EINVAL;", "if (id < 0) {\n\t\tof_node_put(np);\n\t\treturn -EINVAL;\n\t}"
    )
    proof = proved(code, _lost(code))
    assert proof.verdict == "REFUTED", proof.why
    assert proof.states > 1


_PUT = "{\n\t\tof_node_put(np);\n\t\treturn -EINVAL;\n\t}"
_GOTO = _LOST.replace("return -EINVAL;", "goto put;").replace(
    "\tof_node_put(np);\n\treturn 0;", "put:\n\tof_node_put(np);\n\treturn id < 0 ? -EINVAL : 0;"
)
_HELPER = "static void foo_drop(struct device_node *np)\n{\n\tof_node_put(np);\n}\n\n"


@pytest.mark.parametrize(
    "edited",
    [
        _LOST.replace("return -EINVAL;", _PUT),
        _GOTO,
        _LOST.replace("*np = ", "*np __free(device_node) = ").replace("\tof_node_put(np);\n", ""),
        _HELPER + _LOST.replace("return -EINVAL;", _PUT.replace("of_node_put", "foo_drop")),
    ],
    ids=["put", "goto", "cleanup", "helper"],
)
def test_an_edit_that_mends(proved: Prove, edited: str) -> None:
    proof = proved(_LOST, _lost(_LOST), edited)
    assert proof.verdict == "REFUTED", proof.why


@pytest.mark.parametrize(
    "edited",
    [
        "/* of_node_put(np) */\n" + _LOST,
        _LOST.replace("\tif (id < 0)\n\t\treturn -EINVAL;", "\tif (id <= -2)\n\t\treturn -EIO;"),
        _HELPER.replace("of_node_put(np)", "np = np")
        + _LOST.replace("return -EINVAL;", _PUT.replace("of_node_put", "foo_drop")),
        _LOST.replace("return -EINVAL;", _PUT.replace("\treturn", "\tof_node_put(np);\n\t\treturn")),
    ],
    ids=["comment", "other exit", "helper that does nothing", "twice"],
)
def test_an_edit_that_does_not_mend(proved: Prove, edited: str) -> None:
    assert proved(_LOST, _lost(_LOST), edited).verdict != "REFUTED"


def test_a_place_that_is_never_reached_refutes_nothing(proved: Prove) -> None:
    code = _LOST.replace("id = foo_id(np);", "id = 1;")
    proof = proved(code, _lost(code))
    assert (proof.verdict, proof.reason) == ("UNDECIDED", "unreached")
    assert "(exit)" in proof.why


def test_what_an_object_keeps_is_not_lost(proved: Prove) -> None:
    code = _LOST.replace("id = foo_id(np);", "dev->of_node = np;\n\tid = foo_id(dev);")
    proof = proved(code, _lost(code))
    assert (proof.verdict, proof.reason) == ("UNDECIDED", "unmodelled")


_STUCK = """\
static void foo_work(struct work_struct *work)
{
	struct foo *foo = container_of(work, struct foo, work);

	mutex_lock(&foo->lock);
	foo->ready = 1;
	mutex_unlock(&foo->lock);
}

static void foo_stop(struct foo *foo)
{
	mutex_lock(&foo->lock);
	cancel_work_sync(&foo->work);
	mutex_unlock(&foo->lock);
}
"""


def _stuck(code: str) -> Claim:
    item = "struct foo.work"
    return Claim(
        "deadlock",
        item,
        (
            Site("lock", FILE, at(code, "foo_stop") + 2, "foo_stop", text="&foo->lock"),
            Site("wait", FILE, at(code, "cancel_work"), "foo_stop", item, "&foo->work", "cancel_work_sync"),
            Site("callback", FILE, at(code, "foo_work"), "foo_work", item, "&foo->work", detail="work"),
            Site("lock", FILE, at(code, "mutex_lock"), "foo_work", text="&foo->lock"),
        ),
    )


def test_a_wait_under_the_lock_of_what_it_waits_for(proved: Prove) -> None:
    proof = proved(_STUCK, _stuck(_STUCK))
    assert proof.verdict == "CONFIRMED", proof.why
    assert proof.trace is not None and proof.trace.error == "deadlock"


def test_a_trylock_waits_for_nobody(proved: Prove) -> None:
    code = _STUCK.replace(
        "\tmutex_lock(&foo->lock);\n\tfoo->ready",
        "\tif (!mutex_trylock(&foo->lock))\n\t\treturn;\n\tfoo->ready",
        1,
    )
    claim = _stuck(_STUCK)
    lock = Site("lock", FILE, at(code, "mutex_trylock"), "foo_work", text="&foo->lock")
    wait = Site(
        "wait", FILE, at(code, "cancel_work"), "foo_stop", claim.object, "&foo->work", "cancel_work_sync"
    )
    first = Site("lock", FILE, at(code, "\tmutex_lock"), "foo_stop", text="&foo->lock")
    proof = proved(code, Claim("deadlock", claim.object, (first, wait, claim.sites[2], lock)))
    assert proof.verdict == "REFUTED", proof.why


_FREED = """\
static void foo_timeout(struct timer_list *t)
{
	struct foo *foo = from_timer(foo, t, timer);

	foo->ready = 1;
}

static void foo_remove(struct foo *foo)
{
	kfree(foo);
}
"""


def _freed(code: str) -> Claim:
    item = "struct foo.timer"
    return Claim(
        "use-after-free",
        item,
        (
            Site(
                "callback",
                FILE,
                at(code, "foo_timeout"),
                "foo_timeout",
                item,
                "&foo->timer",
                detail="timer",
            ),
            Site("free", FILE, at(code, "kfree"), "foo_remove", "struct foo", "foo", "kfree"),
        ),
        "timer_delete_sync(&foo->timer)",
        1,
    )


def test_a_timer_that_outlives_its_object(proved: Prove) -> None:
    proof = proved(_FREED, _freed(_FREED))
    assert proof.verdict == "CONFIRMED", proof.why
    assert proof.control is not None and proof.control.what.startswith(
        "timer_delete_sync(&foo->timer) before"
    )


def test_a_timer_that_is_waited_for(proved: Prove) -> None:
    code = _FREED.replace("\tkfree(foo);", "\ttimer_delete_sync(&foo->timer);\n\tkfree(foo);")
    proof = proved(code, _freed(code))
    assert proof.verdict == "REFUTED", proof.why


_UNLOADED = """\
static void foo_late(struct work_struct *work)
{
}
static DECLARE_WORK(foo_item, foo_late);

static void foo_arm(void)
{
	schedule_work(&foo_item);
}

static void __exit foo_exit(void)
{
}
module_exit(foo_exit);
"""


def _unloaded(code: str) -> Claim:
    late = at(code, "foo_late")
    arm = at(code, "schedule_work")
    return Claim(
        "unmapped-text",
        "foo_item",
        (
            Site("arm", FILE, arm, "foo_arm", "foo_item", "&foo_item", "schedule_work"),
            Site("teardown", FILE, at(code, "foo_exit"), "foo_exit"),
            Site("callback", FILE, late, "foo_late", "foo_item", "&foo_item", detail="work"),
        ),
    )


def test_a_work_item_that_outlives_its_module(proved: Prove) -> None:
    """The exit function is a part of the unload: without that the text would always be there."""
    proof = proved(_UNLOADED, _unloaded(_UNLOADED))
    assert proof.verdict != "REFUTED" and proof.trace is not None
    assert (proof.reason, proof.trace.error) == ("control", "unmapped-text"), proof.why


def test_a_finding_without_a_claim() -> None:
    finding = Finding(
        code="MOD001", verdict="bug", confidence="medium", message="m", where=Where("a.c", 1), fingerprint="f"
    )
    tree = Tree(None, lambda path: "", None)  # type: ignore[arg-type]
    proof = prove(finding, tree)
    assert (proof.verdict, proof.reason) == ("UNDECIDED", "no-claim")
    assert functions(finding) == frozenset()


_PART = """\
static void foo_work(struct work_struct *work)
{
	struct foo *foo = container_of(work, struct foo, work);
	struct device_node *np = of_find_node_by_name(NULL, "foo");

	if (foo->ready)
		return;
	of_node_put(np);
}

static int foo_show(struct device *dev, u32 *values)
{
	struct foo *foo = dev_get_drvdata(dev);
	struct device_node *np = of_find_node_by_name(NULL, "foo");

	values[1] = 3;
	if (foo->ready)
		return -EIO;
	of_node_put(np);
	return 0;
}
"""


@pytest.mark.parametrize(("function", "exit"), [("foo_work", "\t\treturn;"), ("foo_show", "return -EIO")])
def test_what_a_function_is_given(proved: Prove, function: str, exit: str) -> None:
    node = "struct device_node"
    start = _PART.index(f" {function}(")
    line = at(_PART, f" {function}(") + _PART[start:].split("of_find")[0].count("\n")
    get = Site("get", FILE, line, function, node, "np", "of_find_node_by_name")
    left = Site("exit", FILE, at(_PART, exit), function, node, "np")
    proof = proved(_PART, Claim("leak", node, (get, left), "of_node_put(np)", 1))
    assert proof.verdict == "CONFIRMED", proof.why


def test_what_a_returned_object_may_hold_is_not_lost(proved: Prove) -> None:
    code = _LOST.replace("static int foo_parse(", "static struct device *foo_parse(").replace(
        "\tif (id < 0)\n\t\treturn -EINVAL;", "\tif (id == 3)\n\t\treturn dev;"
    )
    code = code.replace("return -ENODEV", "return NULL").replace("return 0", "return NULL")
    proof = proved(code, _lost(code, "return dev;"))
    assert (proof.verdict, proof.reason) == ("UNDECIDED", "unmodelled")
