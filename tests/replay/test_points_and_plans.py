"""What can be written in a plan, and what is said of what cannot."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastput.errors import LastputError
from lastput.replay import plan
from lastput.replay.controls import controls
from lastput.replay.point import parse

_POINTS = (
    "entry of module_put",
    "module_put+0x26",
    "return of module_put",
    "return of module_put into kvm",
    "last call in kvm_vm_release",
    "unmap of kvm",
    "write to module.refcnt of kvm_amd if value == 0",
    "entry of module_put if arg0 == module kvm and caller in kvm_vm_release",
    "return of kfree into kvm if arg1 == 0x10",
    "entry of process_one_work if comm == kworker/0:?",
)
_STORY = """
module = "kvm"
steps = ["vmm until return of module_put into kvm", "admin to end", "vmm to end"]
[threads.vmm]
setup = ["open vm /dev/kvm"]
do = ["close vm"]
[threads.admin]
do = ["rmmod kvm"]
"""


@pytest.mark.parametrize("text", _POINTS)
def test_a_point_is_written_as_it_is_read(text: str) -> None:
    assert str(parse(text)) == text


@given(st.text(max_size=60))
def test_any_text_is_a_point_or_a_clear_error(text: str) -> None:
    try:
        assert parse(str(parse(text))) == parse(text)
    except LastputError as error:
        assert error.slug == "bad-plan"


def test_a_plan_is_written_as_it_is_read() -> None:
    story = plan.read(_STORY, "story.toml")
    assert plan.read(plan.written(story), "story.toml") == story


@given(st.lists(st.text(st.sampled_from('a b-\\"\n\u0001'), max_size=200), max_size=3), st.integers(20, 80))
def test_a_plan_is_the_same_in_any_width(words: list[str], width: int) -> None:
    story = msgspec.structs.replace(plan.read(_STORY, "story.toml"), modules=tuple(words))
    narrow = plan.written(story, width)
    assert plan.read(narrow, "story.toml") == story


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("admin to end", "nobody to end"),
        ("admin to end", "admin goes home"),
        ("until return of module_put into kvm", "until the end of time"),
        ('do = ["close vm"]', 'dont = ["close vm"]'),
        ('module = "kvm"', "module = 7"),
        ('module = "kvm"', "module = "),
    ],
)
def test_a_wrong_plan_is_named_with_its_file(was: str, becomes: str) -> None:
    with pytest.raises(LastputError) as error:
        plan.read(_STORY.replace(was, becomes), "story.toml")
    assert error.value.slug == "bad-plan"


def test_the_controls_change_the_order_and_nothing_else() -> None:
    story = plan.read(_STORY, "story.toml")
    found = {one.name: (one.expected, [str(step) for step in one.steps]) for one in controls(story)}
    held = "vmm until return of module_put into kvm"
    parked = "admin until unmap of kvm"
    assert found == {
        "no opponent": ("CLEAN", [held, "vmm to end"]),
        "held before module_put()": (
            "INFEASIBLE",
            ["vmm until entry of module_put if caller in kvm", "admin to end", "vmm to end"],
        ),
        "both held, vmm goes first": ("CLEAN", [held, parked, "vmm to end", "admin to end"]),
        "both held, admin goes first": ("OOPS", [held, parked, "admin to end", "vmm to end"]),
    }


def test_threads_that_run_one_after_another_run_in_the_other_order() -> None:
    story = plan.read(_STORY.replace('"vmm until return of module_put into kvm", ', ""), "story.toml")
    (control,) = controls(story)
    assert ([str(step) for step in control.steps], control.expected) == (
        ["vmm to end", "admin to end"],
        "CLEAN",
    )


def test_every_plan_of_the_shelf_is_one() -> None:
    shelf = Path(__file__).parent.parent.parent / "litmus"
    plans = [path for path in shelf.rglob("*.toml") if path.with_suffix(".c").exists()]
    assert plans
    for path in plans:
        story = plan.read(path.read_text(), str(path))
        narrow = plan.written(story, width=72)
        assert plan.read(narrow, str(path)) == story
        assert max(map(len, narrow.splitlines())) <= 72, narrow
