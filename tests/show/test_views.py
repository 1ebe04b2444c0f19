"""The views of two hand-made traces, word for word. LASTPUT_ACCEPT=1 writes the golden files anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
import pytest

from lastput.errors import LastputError
from lastput.schema.trace import Trace, decode, encode
from lastput.show.render import Options, names, render

_GOLDEN = Path(__file__).parent / "golden"
_TRACES = ("release_race", "self_flush")


@pytest.mark.parametrize("trace_name", _TRACES)
@pytest.mark.parametrize("view", names())
def test_golden(view: str, trace_name: str, request: pytest.FixtureRequest) -> None:
    text = render(view, request.getfixturevalue(trace_name))
    if view == "html":
        text = _markup(text)
    path = _GOLDEN / f"{trace_name}.{view}.txt"
    if os.environ.get("LASTPUT_ACCEPT"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()


def _markup(page: str) -> str:
    """A page without its style sheet, its script and its data, which are files and views of their own."""
    return re.sub(r"(<(style|script)[^>]*>).*?(</\2>)", r"\1\3", page, flags=re.DOTALL)


@pytest.mark.parametrize("trace_name", _TRACES)
@pytest.mark.parametrize("width", [0, 40, 56, 72])
@pytest.mark.parametrize("view", ["commit", "mail"])
def test_what_is_pasted_is_narrow_and_ascii(
    view: str, trace_name: str, width: int, request: pytest.FixtureRequest
) -> None:
    text = render(view, request.getfixturevalue(trace_name), Options(width=width))
    assert text.isascii()
    prose = text.partition("To see it step by step:")[0]  # a word of a command is never broken
    assert max(len(line) for line in prose.splitlines()) <= (width or 72)
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("trace_name", _TRACES)
@pytest.mark.parametrize("verbose", [False, True])
def test_terminal_has_80_columns(trace_name: str, verbose: bool, request: pytest.FixtureRequest) -> None:
    text = render("terminal", request.getfixturevalue(trace_name), Options(verbose=verbose))
    wide = [line for line in text.splitlines() if len(line) > 80]
    assert all(line.startswith("  replay:") for line in wide), wide


def test_colour_changes_no_word(release_race: Trace) -> None:
    plain = render("terminal", release_race)
    coloured = render("terminal", release_race, Options(colour=True))
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_json_comes_back(release_race: Trace) -> None:
    text = render("json", release_race)
    assert decode(text.encode(), "x") == release_race
    assert text.startswith('{\n "schema": "lastput-trace/1",')


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"schema": "lastput-trace/2"}'],
)
def test_what_is_no_trace(data: bytes) -> None:
    with pytest.raises(LastputError) as caught:
        decode(data, "t.json")
    assert caught.value.slug == "bad-trace"


def test_frames_that_do_not_exist(release_race: Trace) -> None:
    wrong = msgspec.structs.replace(release_race.steps[0], frame=99)
    broken = msgspec.structs.replace(release_race, steps=(wrong, *release_race.steps[1:]))
    with pytest.raises(LastputError):
        decode(encode(broken), "t.json")


def test_hung_task_frames(self_flush: Trace) -> None:
    """The stack that Sean Christopherson's mail of 2023-10-10 shows."""
    text = render("splat", self_flush)
    rows = [line.strip() for line in text.splitlines() if line.startswith(" ")]
    stack = [row.partition("+")[0] for row in rows]
    wanted = (
        "__schedule schedule schedule_timeout __wait_for_common __flush_work "
        "kvm_clear_async_pf_completion_queue kvm_arch_destroy_vm kvm_put_kvm async_pf_execute "
        "process_one_work worker_thread kthread ret_from_fork ret_from_fork_asm"
    )
    start = stack.index("__schedule")
    assert " ".join(stack[start : start + 14]) == wanted
    assert "Workqueue: events async_pf_execute [kvm]" in text


def test_oops_of_unmapped_text(release_race: Trace) -> None:
    text = render("splat", release_race)
    for words in (
        "BUG: unable to handle page fault for address: ffffffffc0",
        "#PF: supervisor instruction fetch in kernel mode",
        "RIP: 0010:0xffffffffc0",
        "Code: Unable to access opcode bytes at 0xffffffffc0",
        "[last unloaded: kvm]",
    ):
        assert words in text
