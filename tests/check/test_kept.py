"""Compiled tests that are kept: the same as compiled anew, and never those of other text or headers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

import lastput.model.compile
from lastput.check import kept
from lastput.model.compile import compile_text
from lastput.model.compiled import Compiled
from lastput.model.options import ModelOptions

_SHELF = Path(__file__).parent.parent.parent / "litmus"
_TESTS = ("kvm/f1-release-puts-module.c", "module/flag-at-the-end.c", "slab/strings.c", "netdev/calls.c")
_TEXT = """/* Result: safe */
#include "beside.h"
#include <lastput.h>
THREAD(t) { WARN_ON(VALUE != 3); }
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tests"


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "beside.h").write_text("#define VALUE 3\n")
    return str(tmp_path / "t.c")


@pytest.fixture
def compiles(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were really compiled."""
    seen: list[str] = []

    def compile_and_tell(text: str, file: str, options: ModelOptions) -> Compiled:
        seen.append(file)
        return compile_text(text, file, options)

    monkeypatch.setattr(lastput.model.compile, "compile_text", compile_and_tell)
    return seen


def _again(file: str, options: ModelOptions | None = None, text: str = _TEXT) -> Compiled:
    return kept.compiled(text, file, options or ModelOptions())


@pytest.mark.parametrize("name", _TESTS)
def test_what_is_kept_is_what_was_compiled(name: str, compiles: list[str]) -> None:
    path = _SHELF / name
    text = path.read_text()
    made = [kept.compiled(text, str(path), ModelOptions()) for _ in range(2)]
    assert compiles == [str(path)]
    assert made[0] == made[1] == compile_text(text, str(path), ModelOptions())


def test_another_text_other_options_another_name(file: str, compiles: list[str]) -> None:
    _again(file)
    _again(file, ModelOptions(workers=2))
    _again(file, text=_TEXT.replace("!=", "=="))
    _again(file.replace("t.c", "u.c"))
    assert len(compiles) == 4
    _again(file)
    assert len(compiles) == 4


def test_a_header_beside_that_changes_or_appears(file: str, compiles: list[str], tmp_path: Path) -> None:
    text = _TEXT.replace("<lastput.h>", '"lastput.h"')
    first = _again(file, text=text)
    (tmp_path / "beside.h").write_text("#define VALUE 4\n")
    second = _again(file, text=text)
    assert len(compiles) == 2 and first.program != second.program
    (tmp_path / "lastput.h").write_text("#define WARN_ON(x) ((void)(x))\nstruct mine { int x; };\n")
    assert "struct mine" in _again(file, text=text).sources["lastput.h"]


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes((content[middle] ^ 1,)) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damaged",
    [
        lambda content: b"",
        lambda content: b"x",
        lambda content: content[: len(content) // 2],
        _flipped,
        lambda content: sha256(b"\x90").digest() + b"\x90",  # whole, and of another shape
    ],
)
def test_what_is_damaged_is_made_anew(
    file: str, compiles: list[str], cache: Path, damaged: Callable[[bytes], bytes]
) -> None:
    made = _again(file)
    (entry,) = cache.iterdir()
    entry.write_bytes(damaged(entry.read_bytes()))
    assert _again(file) == made and len(compiles) == 2
    assert _again(file) == made and len(compiles) == 2


def test_a_cache_that_cannot_be_written(file: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "full").write_text("no directory")
    monkeypatch.setattr(kept, "cache_directory", lambda: tmp_path / "full")
    assert _again(file) == compile_text(_TEXT, file, ModelOptions())


def _one(file: str) -> Compiled:
    return _again(file)


def test_two_processes_at_once(file: str, cache: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        made = list(pool.map(_one, [file] * 6))
    assert all(one == made[0] for one in made)
    assert len(list(cache.iterdir())) == 1
