"""The shelf of litmus tests: each states its answer, and litmus/README.md lists every one as a question.

``LASTPUT_ACCEPT=1 pytest tests/kernel/test_shelf.py`` writes the list anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lastput.model.header import Header, read_header

_SHELF = Path(__file__).parent.parent.parent / "litmus"
_README = _SHELF / "README.md"
_BEGIN = "<!-- The list below is written by tests/kernel/test_shelf.py. -->\n"


def _twins(path: Path) -> tuple[str, str, bool]:
    """Sorts a fault before its cure."""
    return path.parent.name, path.stem.removesuffix("-fixed"), path.stem.endswith("-fixed")


_TESTS = sorted(_SHELF.glob("*/*.c"), key=_twins)


def _header(path: Path) -> Header:
    return read_header(path.read_text(), str(path.relative_to(_SHELF)))


def _answer(header: Header) -> str:
    if header.expected is None:
        return "no answer stated"
    return ", ".join(f"{e.error} ({e.object})" if e.object else e.error for e in header.expected) or "safe"


def _list() -> str:
    lines: list[str] = []
    folder = ""
    for path in _TESTS:
        if path.parent.name != folder:
            folder = path.parent.name
            lines += ["", f"## {folder}", ""]
        header = _header(path)
        link = f"{folder}/{path.name}"
        lines.append(f"- {header.question} — {_answer(header)} ([{path.stem}]({link}))")
    return "\n".join(lines) + "\n"


def test_readme_lists_every_test() -> None:
    text = _README.read_text()
    assert _BEGIN in text
    head = text[: text.index(_BEGIN) + len(_BEGIN)]
    if os.environ.get("LASTPUT_ACCEPT"):
        _README.write_text(head + _list())
    assert _README.read_text() == head + _list(), "run this test with LASTPUT_ACCEPT=1"


@pytest.mark.parametrize("path", _TESTS, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_opens_with_a_question_and_its_answer(path: Path) -> None:
    header = _header(path)
    assert header.question, "the first sentence must end in a question mark"
    assert header.expected is not None, "there must be a Result: line"


def test_fixed_twins_are_safe_and_have_a_broken_one() -> None:
    for path in _TESTS:
        if path.stem.endswith("-fixed"):
            assert _answer(_header(path)) == "safe", path
            broken = path.with_name(path.name.replace("-fixed.c", ".c"))
            assert _answer(_header(broken)) != "safe", broken


def test_every_error_class_is_shown() -> None:
    shown = {e.error for path in _TESTS for e in _header(path).expected or ()}
    assert shown == {
        "deadlock",
        "double-free",
        "leak",
        "lock-misuse",
        "null-deref",
        "refcount-from-zero",
        "refcount-underflow",
        "sleep-in-atomic",
        "unmapped-text",
        "use-after-free",
        "warn",
    }
