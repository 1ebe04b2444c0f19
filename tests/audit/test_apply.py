"""Both sides of a patch, whichever of them lies in the tree; difflib writes the patches."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastput.audit.apply import Sides, apply, sides
from lastput.audit.mbox import patch_text
from lastput.audit.patch import from_diff
from lastput.errors import LastputError

_LINES = st.lists(st.sampled_from(["a", "b", "\tc", "}", "d", "e"]), min_size=1, max_size=14)


def _text(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _diff(old: list[str], new: list[str], context: int = 3, path: str = "x.c") -> str:
    one, two = _text(old).splitlines(True), _text(new).splitlines(True)
    return "".join(difflib.unified_diff(one, two, f"a/{path}", f"b/{path}", n=context))


def _sides(patch: str, tree: dict[str, str]) -> Sides:
    return sides(from_diff(patch), tree.get)


@given(_LINES, _LINES, st.integers(0, 3))
def test_a_patch_goes_on_and_comes_off(old: list[str], new: list[str], context: int) -> None:
    patch = _diff(old, new, context)
    for change in from_diff(patch) if patch else ():
        assert apply(_text(old), change, exact=True) == _text(new)
        assert _sides(patch, {"x.c": _text(new)}).before == {"x.c": _text(old)}


_OLD = [f"line {number}" for number in range(40)]
_NEW = [*_OLD[:20], "came", *_OLD[21:]]


@pytest.mark.parametrize("above", [0, 1, 7])
def test_lines_that_moved_are_found(above: int) -> None:
    patch, more = _diff(_OLD, _NEW), [f"other {number}" for number in range(above)]
    there = _sides(patch, {"x.c": _text(more + _OLD)})
    assert (there.applied, there.after["x.c"]) == (False, _text(more + _NEW))
    back = _sides(patch, {"x.c": _text(more + _NEW)})
    assert (back.applied, back.before["x.c"]) == (True, _text(more + _OLD))


@pytest.mark.parametrize(("strange", "fits"), [(17, True), (18, True), (19, False), (23, True), (21, False)])
def test_context_may_be_others_up_to_two_lines(strange: int, fits: bool) -> None:
    lines = list(_OLD)
    lines[strange] = "strange"
    try:
        after = _sides(_diff(_OLD, _NEW), {"x.c": _text(lines)}).after["x.c"]
    except LastputError as error:
        assert (error.slug, fits) == ("patch-does-not-apply", False)
    else:
        assert fits and after is not None and "strange\n" in after and "came\n" in after


def test_a_series_is_one_change() -> None:
    middle = [*_OLD[:5], "first", *_OLD[5:]]
    last = [*middle[:30], "second", *middle[30:]]
    series = _diff(_OLD, middle) + _diff(middle, last)
    for tree, applied in ((_OLD, False), (last, True)):
        found = _sides(series, {"x.c": _text(tree)})
        assert (found.applied, found.before["x.c"], found.after["x.c"]) == (applied, _text(_OLD), _text(last))
        (change,) = found.changes()
        assert change.added == {6, 31}


def test_files_come_go_and_move() -> None:
    new = "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1,2 @@\n+x\n+y\n"
    gone = "--- a/gone.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-y\n"
    found = _sides(new + gone, {"gone.c": "y\n"})
    assert (found.applied, found.after) == (False, {"new.c": "x\ny\n", "gone.c": None})
    found = _sides(new + gone, {"new.c": "x\ny\n"})
    assert (found.applied, found.before) == (True, {"new.c": None, "gone.c": "y\n"})


def test_a_patch_for_another_file_says_which_hunk() -> None:
    with pytest.raises(LastputError, match=r"the hunk at line 18 of x.c fits nowhere"):
        _sides(_diff(_OLD, _NEW), {"x.c": "something else\n" * 30})


_MAIL = """From nobody Mon Jan  1 00:00:00 2024
From: A <a@b>
Subject: =?utf-8?q?[PATCH_2/2]_second?=
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Words =3D words.
---
{second}-- =20
2.39

From nobody Mon Jan  1 00:00:00 2024
From: A <a@b>
Subject: [PATCH 1/2] first

---
{first}--
2.39

From nobody Mon Jan  1 00:00:00 2024
Subject: [PATCH 0/2] letter

From here on all is better.
"""


def test_an_mbox_is_read_in_the_order_of_its_numbers() -> None:
    middle = [*_OLD[:5], "a = b", *_OLD[5:]]
    last = [*middle[:5], "second", *middle[6:]]
    mail = _MAIL.format(first=_diff(_OLD, middle), second=_diff(middle, last).replace("=", "=3D"))
    found = _sides(patch_text(mail.encode()), {"x.c": _text(_OLD)})
    assert found.after["x.c"] == _text(last)


@given(st.binary(max_size=300))
def test_any_bytes_are_some_text(data: bytes) -> None:
    patch_text(b"From a Mon Jan  1 00:00:00 2024\n" + data)
    patch_text(data)
