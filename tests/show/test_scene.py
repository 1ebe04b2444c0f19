"""The picture of a trace: who is where in each row, and how the objects live beside it."""

from __future__ import annotations

from lastput.schema.trace import Trace
from lastput.show.lives import life_of
from lastput.show.scene import Row, Scene, scene
from lastput.show.waitgraph import wait_graph


def _row(picture: Scene, text: str) -> Row:
    return next(row for row in picture.rows if any(cell.text == text for cell in row.cells))


def test_the_lanes_are_the_tasks_that_act(release_race: Trace) -> None:
    picture = scene(release_race)
    assert [lane.title for lane in picture.lanes] == ["CPU0: vmm", "CPU1: admin"]


def test_frames_in_text_that_is_gone_are_marked(release_race: Trace) -> None:
    """The picture of the race: admin unmaps kvm.ko while vmm has frames open in it."""
    picture = scene(release_race)
    last = picture.rows[-1]
    vmm = last.cells[0]
    assert [bar.function for bar in vmm.bars if bar.gone] == [
        release_race.frames[index].function for index in release_race.violated.inside
    ]
    assert not any(bar.gone for bar in picture.rows[0].cells[0].bars)


def test_the_error_points_into_what_is_gone(release_race: Trace) -> None:
    picture = scene(release_race)
    fatal = [row for row in picture.rows if row.position == picture.end and row.hits]
    assert len(fatal) == 1
    assert [picture.bands[hit] for hit in fatal[0].hits] == [release_race.violated.module]
    assert fatal[0].lives[fatal[0].hits[0]].state == "gone"


def test_every_step_has_a_row(release_race: Trace, self_flush: Trace) -> None:
    for trace in (release_race, self_flush):
        labels = [int(row.label) for row in scene(trace).rows if row.label]
        assert labels == [step.n for step in trace.steps]


def test_rows_stand_in_order(release_race: Trace, self_flush: Trace) -> None:
    for trace in (release_race, self_flush):
        positions = [row.position for row in scene(trace).rows]
        assert positions == sorted(positions)


def test_a_life(release_race: Trace) -> None:
    lives = life_of(release_race, "kvm")
    assert len(lives) == len(release_race.steps) + 1
    states = [one.state for one in lives]
    assert states[0] == "alive"
    assert states[-1] == "gone"
    assert "unmapped" in [one.told for one in lives]


def test_who_waits_for_whom(self_flush: Trace, release_race: Trace) -> None:
    drawing = wait_graph(self_flush)
    assert drawing.count("<rect") == 2
    assert drawing.count('class="edge" d=') == 2
    assert "waits for" in drawing
    assert wait_graph(release_race) == ""
