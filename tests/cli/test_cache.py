"""``lastput cache``: what is kept, and what goes first."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lastput.cli.main import main
from lastput.replay import cache


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three guests of a MiB, of yesterday, of the day before and of now, and a fact base."""
    base = tmp_path / "cache"
    monkeypatch.setenv("LASTPUT_CACHE", str(base))
    for name, age in (("old", 172_800), ("new", 86_400), ("in-use", 0)):
        folder = cache.folder("snapshots") / name
        folder.mkdir()
        (folder / "ram").write_bytes(b"x" * (1 << 20))
        os.utime(folder, (time.time() - age,) * 2)
    (base / "facts-0123.sqlite").write_bytes(b"x" * 4096)
    return base


def test_the_list(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache"]) == 0
    assert capsys.readouterr().out == (
        f"{kept}: 3 MiB\n"
        "      0 MiB  fact bases of kernel trees (audit): 1, last used today\n"
        "      3 MiB  saved guests (replay): 3, last used today\n"
    )


def test_what_was_not_used_for_the_longest_time_goes_first(kept: Path) -> None:
    assert main(["cache", "--shrink", "2200K"]) == 0
    assert sorted(one.path.name for one in cache.entries("snapshots")) == ["in-use", "new"]


def test_what_is_in_use_stays(kept: Path) -> None:
    assert main(["cache", "--shrink", "1"]) == 0
    assert {one.path.name for one in cache.entries()} == {"in-use", "facts-0123.sqlite"}


def test_all_of_it(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "--clear"]) == 0
    assert capsys.readouterr().out == f"3 MiB removed from {kept}\n"
    assert cache.entries() == ()


def test_a_new_guest_makes_room_for_itself(kept: Path) -> None:
    def make(into: Path) -> None:
        (into / "ram").write_bytes(b"x" * (1 << 20))

    newest = cache.made("snapshots", (b"newest",), make, most=2 << 20)
    assert {one.path.name for one in cache.entries("snapshots")} == {"in-use", newest.name}


def test_a_use_counts(kept: Path) -> None:
    place = cache.made("snapshots", (b"one",), lambda into: None)
    os.utime(place, (0, 0))
    assert cache.made("snapshots", (b"one",), lambda into: None) == place
    assert time.time() - place.stat().st_mtime < 60


def test_what_fails_while_it_is_made_leaves_nothing(kept: Path) -> None:
    def make(into: Path) -> None:
        (into / "ram").write_bytes(b"x")
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        cache.made("snapshots", (b"newest",), make)
    assert len(list(cache.folder("snapshots").iterdir())) == 3
