"""From a claim to a verdict, over a tree of one file: what is confirmed, what is refuted, and what is
neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lastput.c.tree import open_tree
from lastput.facts.base import Facts
from lastput.facts.definitions.lookup import Headers
from lastput.facts.index import update
from lastput.prove.run import Tree, prove, prove_patched
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Finding, Where, functions
from lastput.schema.proof import Proof

_FILE = "drivers/foo/foo.c"
_HEAD = """\
#include <linux/of.h>
struct foo { int ready; struct mutex lock; struct work_struct work; struct timer_list timer; };
"""

#: The code, the claim, and the code with an edit.
Prove = Callable[..., Proof]


@pytest.fixture
def proved(tmp_path: Path) -> Iterator[Prove]:
    """Proves a claim of code that is the one file of a tree."""
    opened: list[Facts] = []

    def run(code: str, claim: Claim, edited: str = "") -> Proof:
        root = tmp_path / "linux"
        for folder in ("kernel", "include/linux", "drivers/foo"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / _FILE).write_text(_HEAD + code)
        (root / "drivers/foo/Makefile").write_text("obj-m += foo.o\n")
        (root / "drivers/Makefile").write_text("obj-m += foo/\n")
        report = update(root, tmp_path / "cache", jobs=1)
        facts = Facts(root, report.database)
        opened.append(facts)
        where = Where(_FILE, claim.sites[-1].line, function=claim.sites[-1].function)
        finding = Finding(
            code="REF001", verdict="bug", confidence="medium", message="it is lost", where=where, claim=claim
        )
        source = open_tree(str(root))
        tree = Tree(facts, source.read, Headers(source))
        return prove_patched(finding, tree, {_FILE: _HEAD + edited}) if edited else prove(finding, tree)

    yield run
    for one in opened:
        one.close()


def _at(code: str, text: str) -> int:
    """The line of the first statement of the file that has ``text`` in it."""
    lines = (_HEAD + code).splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


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
    get = Site("get", _FILE, _at(code, "of_find"), "foo_parse", node, "np", "of_find_node_by_name")
    left = Site("exit", _FILE, _at(code, exit), "foo_parse", node, "np")
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
            Site("lock", _FILE, _at(code, "foo_stop") + 2, "foo_stop", text="&foo->lock"),
            Site("wait", _FILE, _at(code, "cancel_work"), "foo_stop", item, "&foo->work", "cancel_work_sync"),
            Site("callback", _FILE, _at(code, "foo_work"), "foo_work", item, "&foo->work", detail="work"),
            Site("lock", _FILE, _at(code, "mutex_lock"), "foo_work", text="&foo->lock"),
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
    lock = Site("lock", _FILE, _at(code, "mutex_trylock"), "foo_work", text="&foo->lock")
    wait = Site(
        "wait", _FILE, _at(code, "cancel_work"), "foo_stop", claim.object, "&foo->work", "cancel_work_sync"
    )
    first = Site("lock", _FILE, _at(code, "\tmutex_lock"), "foo_stop", text="&foo->lock")
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
                _FILE,
                _at(code, "foo_timeout"),
                "foo_timeout",
                item,
                "&foo->timer",
                detail="timer",
            ),
            Site("free", _FILE, _at(code, "kfree"), "foo_remove", "struct foo", "foo", "kfree"),
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


def test_a_finding_without_a_claim() -> None:
    finding = Finding(
        code="MOD001", verdict="bug", confidence="medium", message="m", where=Where("a.c", 1), fingerprint="f"
    )
    tree = Tree(None, lambda path: "", None)  # type: ignore[arg-type]
    proof = prove(finding, tree)
    assert (proof.verdict, proof.reason) == ("UNDECIDED", "no-claim")
    assert functions(finding) == frozenset()
