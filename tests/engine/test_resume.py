"""Stopped searches go on to the same end; broken resume files are refused."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from lastput.engine.program import Program
from lastput.engine.resume import load, save
from lastput.engine.search import check
from lastput.engine.verdict import Options, Progress, Result, Verdict
from lastput.errors import LastputError
from tests.engine import programs

ENGINES: list[Literal["python", "compiled", "auto"]] = ["python", "compiled", "auto"]


def same(one: Result, two: Result) -> bool:
    return msgspec.structs.replace(one, engine="") == msgspec.structs.replace(two, engine="")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("order", ["bfs", "dfs"])
@pytest.mark.parametrize("merge", [False, True])
def test_goes_on(
    tmp_path: Path,
    engine: Literal["python", "compiled", "auto"],
    order: Literal["bfs", "dfs"],
    merge: bool,
) -> None:
    program = programs.counter(3, True, 2)
    options = Options(engine=engine, order=order, merge=merge)
    whole = check(program, options)
    path = tmp_path / "stopped"
    part = check(program, msgspec.structs.replace(options, max_states=100))
    assert part.verdict is Verdict.UNKNOWN
    assert "100 states" in part.reason
    save(path, part.snapshot)
    part = check(program, msgspec.structs.replace(options, max_states=300), resume=load(path, program))
    save(path, part.snapshot)
    assert same(check(program, Options(engine=engine), resume=load(path, program)), whole)


def test_engines_share_files(tmp_path: Path) -> None:
    program = programs.counter(3, False, 2)
    whole = check(program, Options(engine="python"))
    pairs: list[tuple[Literal["python", "compiled"], Literal["python", "compiled"]]]
    pairs = [("python", "compiled"), ("compiled", "python")]
    for first, second in pairs:
        part = check(program, Options(engine=first, max_states=200))
        save(tmp_path / "stopped", part.snapshot)
        rest = check(program, Options(engine=second), resume=load(tmp_path / "stopped", program))
        assert same(rest, whole)


def test_interrupt() -> None:
    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    program = programs.counter(3, True, 2)
    part = check(program, Options(engine="python", merge=False), interrupt)
    assert (part.verdict, part.complete) == (Verdict.UNKNOWN, False)
    assert part.reason.startswith("interrupted; frontier")
    rest = check(program, Options(engine="python"), resume=part.snapshot)
    assert same(rest, check(program, Options(engine="python", merge=False)))


def stopped() -> tuple[Program, Any]:
    program = programs.counter(3, True, 2)
    return program, check(program, Options(engine="python", max_states=50)).snapshot


def slug_of(path: Path, program: Program) -> str:
    with pytest.raises(LastputError) as caught:
        load(path, program)
    return caught.value.slug


def test_broken_files(tmp_path: Path) -> None:
    program, snapshot = stopped()
    path = tmp_path / "stopped"
    assert slug_of(path, program) == "bad-resume"
    save(path, snapshot)
    good = path.read_bytes()
    for cut in (0, 5, 20, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:cut])
        assert slug_of(path, program) == "bad-resume"
    for place in range(0, len(good), 97):
        path.write_bytes(good[:place] + bytes([good[place] ^ 64]) + good[place + 1 :])
        assert slug_of(path, program) == "bad-resume"
    path.write_bytes(good + b"x")
    assert slug_of(path, program) == "bad-resume"
    path.write_bytes(good)
    assert slug_of(path, programs.abba()) == "resume-mismatch"


@pytest.mark.parametrize(("number", "slug"), [(errno.ENOSPC, "disk-full"), (errno.EIO, "cannot-write")])
def test_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, slug: str) -> None:
    _, snapshot = stopped()
    path = tmp_path / "stopped"
    path.write_text("what was there")

    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(LastputError) as caught:
        save(path, snapshot)
    assert caught.value.slug == slug
    assert path.read_text() == "what was there"
    assert [p.name for p in tmp_path.iterdir()] == ["stopped"]
    with pytest.raises(LastputError):
        save(tmp_path / "nowhere" / "stopped", snapshot)
