"""The order of a proof's trace, as a plan: traces of tests/prove, of a wait under a lock and of a timer."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from lastput.cli.main import main
from lastput.replay import plan
from lastput.replay.suggest import suggest
from lastput.replay.traced import order
from lastput.schema.finding import Finding, Where
from lastput.schema.trace import Trace, decode

_TRACES = Path(__file__).parent / "traces"


def _trace(name: str) -> Trace:
    return decode((_TRACES / f"{name}.json").read_bytes(), name)


def _finding() -> Finding:
    where = Where("drivers/foo/foo.c", 15, function="foo_stop")
    return Finding(
        code="LCK001", verdict="bug", confidence="medium", message="it waits", where=where,
        object="&foo->work", text=("foo",),
    )  # fmt: skip


def test_who_is_held_where() -> None:
    """The work item is on its way when the lock is taken; cancel_work_sync() then waits for it for ever."""
    found = order(_trace("waits_under_lock"))
    assert found is not None and found.armed
    assert [(one.name, one.kernel, one.function) for one in found.actors] == [
        ("kworker", True, "foo_work"),
        ("holder", False, "foo_stop"),
    ]
    assert found.steps == (
        "kworker until entry of foo_work",
        "holder until return of mutex_lock into foo_stop",
        "kworker starts",
        "holder starts",
        "wait for hung task",
    )


def test_a_plan_takes_it_before_the_roles_of_its_rule() -> None:
    told = suggest(_finding(), trace=_trace("waits_under_lock"))
    assert "# the order is that of the proof's trace, 16 steps" in told.text
    assert told.asked == ("what arms &foo->work?", "what makes foo_stop() run?")
    story = plan.read(told.text, "foo.toml")
    assert [str(step) for step in story.steps][:2] == ["armer starts", "kworker until entry of foo_work"]
    assert story.threads["kworker"].kernel and story.expect == "HUNG"
    assert suggest(_finding()).text != told.text


def test_a_lock_that_is_a_macro_is_called_by_its_function() -> None:
    trace = _trace("waits_under_lock")
    frames = tuple(
        msgspec.structs.replace(
            one, function="spin_lock_bh" if one.function == "mutex_lock" else one.function
        )
        for one in trace.frames
    )
    found = order(msgspec.structs.replace(trace, frames=frames))
    assert found is not None
    assert found.steps[1] == "holder until return of _raw_spin_lock_bh into foo_stop"


def test_a_trace_of_one_task_has_no_order() -> None:
    """The free of an object with a timer in it is the error already; the roles of the rule have the rest."""
    trace = _trace("timer_outlives")
    assert order(trace) is None
    assert suggest(_finding(), trace=trace) == suggest(_finding())


_CODE = """\
struct foo { int ready; struct mutex lock; struct work_struct work; };

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

static void foo_start(struct foo *foo)
{
	INIT_WORK(&foo->work, foo_work);
	schedule_work(&foo->work);
}

static int foo_probe(struct platform_device *pdev)
{
	struct foo *foo = platform_get_drvdata(pdev);

	foo_start(foo);
	return 0;
}

static void foo_remove(struct platform_device *pdev)
{
	foo_stop(platform_get_drvdata(pdev));
}

static struct platform_driver foo_driver = {
	.probe = foo_probe,
	.remove = foo_remove,
};
module_platform_driver(foo_driver);
"""


def test_from_a_tree_to_a_plan_by_way_of_a_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "linux"
    for folder in ("kernel", "include/linux", "drivers/foo"):
        (root / folder).mkdir(parents=True)
    (root / "drivers/foo/foo.c").write_text(_CODE)
    (root / "drivers/foo/Makefile").write_text("obj-m += foo.o\n")
    (root / "drivers/Makefile").write_text("obj-m += foo/\n")
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    line = _CODE[: _CODE.index("\tcancel_work_sync")].count("\n") + 1
    assert main(["replay", f"drivers/foo/foo.c:{line}", "--tree", str(root), "--plan"]) == 2
    told = capsys.readouterr()
    assert "[plan-wanted]" in told.err
    assert "# the order is that of the proof's trace" in told.out
    assert '"holder until return of mutex_lock into foo_stop"' in told.out
