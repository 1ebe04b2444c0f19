"""Edits compose and apply, whatever they are; the diff of them is one that patch and git understand."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastput.audit.apply import sides
from lastput.audit.patch import from_diff
from lastput.fix.text import apply, diff
from lastput.schema.patch import Edit

_calmly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

_LINES = st.lists(st.text(alphabet="ab\t;{}é", max_size=6), min_size=1, max_size=30)


@st.composite
def _edits(draw: st.DrawFn) -> tuple[bytes, list[Edit]]:
    """A file, and edits of it that do not overlap; the newline at its end stays."""
    content = ("\n".join(draw(_LINES)) + "\n").encode()
    cuts = sorted(draw(st.lists(st.integers(0, len(content) - 1), max_size=8)))
    news = st.text(alphabet="xy\n", max_size=4)
    return content, [
        Edit("f.c", start, end, draw(news)) for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]


def _slowly(content: bytes, edits: list[Edit]) -> bytes:
    for one in sorted(edits, key=lambda edit: (edit.start, edit.end), reverse=True):
        content = content[: one.start] + one.new.encode() + content[one.end :]
    return content


@_calmly
@given(_edits(), st.randoms())
def test_edits_apply_in_any_order(case: tuple[bytes, list[Edit]], random: object) -> None:
    content, edits = case
    shuffled = list(edits)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    distinct = len({(one.start, one.end) for one in edits}) == len(edits)
    if distinct:
        assert apply(content, shuffled) == _slowly(content, edits)


@_calmly
@given(_edits())
def test_the_diff_gives_the_edited_file(case: tuple[bytes, list[Edit]]) -> None:
    content, edits = case
    edited = apply(content, edits)
    text = diff({"f.c": content}, {"f.c": edited})
    if content == edited:
        assert text == ""
    else:
        before = content.decode("utf-8", "surrogateescape")
        both = sides(from_diff(text), lambda _: before)
        assert both.applied or both.after["f.c"] == edited.decode("utf-8", "surrogateescape")


def test_git_applies_the_diff(tmp_path: Path) -> None:
    content = b"int f(void)\n{\n\treturn 0;\n}"
    edited = apply(content, [Edit("f.c", 14, 14, "\tg();\n")])
    (tmp_path / "f.c").write_bytes(content)
    text = diff({"f.c": content}, {"f.c": edited})
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=text.encode(), check=True)
    assert (tmp_path / "f.c").read_bytes() == edited


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply(b"abc", [Edit("f.c", 0, 2, "x"), Edit("f.c", 1, 3, "y")])
