"""From a finding to a plan: what follows from it, and what is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.cli.main import main
from lastput.replay import plan
from lastput.replay.hardware import hardware
from lastput.replay.suggest import matches, suggest
from lastput.schema.finding import Cause, Evidence, Finding, Where
from lastput.schema.trace import Source

_SHELF = Path(__file__).parent.parent.parent / "litmus"
_AT = Where("drivers/x/gizmo.c", 7, function="gizmo_remove")


def _finding(code: str, **more: object) -> Finding:
    fields = {"verdict": "bug", "confidence": "medium", "message": f"{code} is here", "where": _AT, **more}
    return Finding(code=code, **fields)  # type: ignore[arg-type]


def test_an_open_file_of_debugfs_needs_no_word_of_a_person() -> None:
    made = Source("drivers/x/gizmo.c", 30, '\tdebugfs_create_file("state", 0400, dir, g, &state_fops);')
    found = suggest(_finding("FIL001", kind="debugfs", object="state_fops", text=("gizmo",), sources=(made,)))
    assert not found.asked
    story = plan.read(found.text, "gizmo.toml")
    assert story.module == "gizmo" and story.modules == ("gizmo",)
    assert story.threads["user"].setup == ("find file /sys/kernel/debug state",)
    assert [str(step) for step in story.steps] == ["admin to end", "user to end"]


@pytest.mark.parametrize(
    ("code", "more", "step"),
    [
        ("MOD001", {"text": ("gizmo",)},
         "putter until return of module_put into gizmo if arg0 == module gizmo"),
        ("WRK001", {"text": ("gizmo",), "message": "gizmo_fn() may run after it"},
         "callback until entry of gizmo_fn"),
        (
            "LCK001",
            {
                "evidence": (Evidence("role", "gizmo_fn() is the callback of &g->work"),),
                "causes": (Cause(_AT, "flush_work(&g->work) waits until gizmo_fn() has returned"),
                           Cause(_AT, "gizmo_fn() waits for the same lock: mutex_lock(&g->lock)")),
            },
            "waiter until return of mutex_lock into gizmo_remove",
        ),
        ("REF001", {}, "user to end"),
        ("REF008", {"causes": (Cause(Where("x.c", 1, function="gizmo_free"), "frees it"),)},
         "leaver until entry of gizmo_free"),
        ("FIL005", {}, "user to end"),
    ],
)  # fmt: skip
def test_what_is_open_is_asked_in_a_plan_that_can_be_read(
    code: str, more: dict[str, object], step: str
) -> None:
    found = suggest(_finding(code, **more), "gizmo")
    assert found.asked
    story = plan.read(found.text, "gizmo.toml")
    assert step in [str(one) for one in story.steps]
    assert "gizmo" in story.modules


def test_virtual_hardware_comes_with_the_plan() -> None:
    found = suggest(_finding("FIL001", text=("mmc_core",)))
    assert plan.read(found.text, "mmc.toml").devices == hardware()["mmc_core"].devices


def test_each_plan_of_found_names_its_finding() -> None:
    for path in sorted((_SHELF / "found").glob("*.toml")):
        named = plan.read(path.read_text(), str(path)).finding
        code, file, what = named.split(" ", 2)
        finding = _finding(code, where=Where(file, 1, function=what), object=f"{what}, other")
        assert matches(named, finding)
        assert not matches(named, _finding("XXX001", where=finding.where))


def test_a_finding_without_its_tree(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "drivers/block/loop.c:1"]) == 2
    assert "[no-finding]" in capsys.readouterr().err


def test_the_questions_are_written_to_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import msgspec

    monkeypatch.chdir(tmp_path)
    Path("f.json").write_bytes(msgspec.json.encode(_finding("WRK001", text=("gizmo",), fingerprint="0" * 16)))
    for story in ("drivers/x/gizmo.c:7", "0" * 16):
        assert main(["replay", story, "--findings", "f.json"]) == 2
        err = capsys.readouterr().err
        assert "[plan-wanted]" in err and "wrk001-gizmo-7.toml" in err
    assert "# ?" in Path("wrk001-gizmo-7.toml").read_text()
