"""What memcpy(), copy_from_user(), strscpy(), memset() and their kin leave behind."""

from __future__ import annotations

import pytest

from lastput.engine.search import check
from lastput.model.compile import compile_text
from lastput.model.compiled import Compiled
from lastput.model.copies import combined

_DECLARATIONS = """/* Copies. */
#include <lastput.h>
struct inner { int a; char name[8]; };
struct thing { int x; struct thing *next; struct inner inner; u8 bytes[4]; };
struct other { int x; };
static struct thing from, to;
static struct other other;
static int user;
static void number(const char *text, int *result) { kstrtoint(text, 0, result); }
"""
#: What is done, and whether WARN_ON() can be reached with it.
_DONE = {
    "a whole struct": ("from.x = 5; memcpy(&to, &from, sizeof(to)); WARN_ON(to.x != 5);", False),
    "by the size of the type": (
        "from.x = 5; memmove(&to, &from, sizeof(struct thing)); WARN_ON(to.x != 5);",
        False,
    ),
    "pointers in it": ("from.next = &to; memcpy(&to, &from, sizeof(to)); WARN_ON(to.next != &to);", False),
    "structs and arrays in it": (
        "from.inner.a = 2; from.bytes[3] = 4; memcpy(&to, &from, sizeof(from));"
        "WARN_ON(to.inner.a != 2 || to.bytes[3] != 4);",
        False,
    ),
    "an array": ("from.bytes[1] = 9; memcpy(to.bytes, from.bytes, 4); WARN_ON(to.bytes[1] != 9);", False),
    "a number": ("int a = 3, b; memcpy(&b, &a, sizeof(b)); WARN_ON(b != 3);", False),
    "a copy of its own": (
        "struct thing *copy; from.x = 8; copy = kmemdup(&from, sizeof(from), GFP_KERNEL);"
        "WARN_ON(copy->x != 8); kfree(copy);",
        False,
    ),
    "what is copied is not what was there": (
        "to.x = 1; memcpy(&to, &from, sizeof(to)); WARN_ON(to.x != 1);",
        True,
    ),
    "a part": ("from.x = 5; memcpy(&to, &from, 4); WARN_ON(to.x == 44);", True),
    "another type": ("other.x = 5; memcpy(&to, &other, sizeof(other)); WARN_ON(to.x == 44);", True),
    "a length that varies": ("int n = choose(2); memcpy(&to, &from, n); WARN_ON(to.x == 44);", True),
    "user memory": ("copy_from_user(&to, &user, sizeof(to)); WARN_ON(to.inner.a > 1000);", True),
    "user memory, a copy of it": (
        "struct inner mine; copy_from_user(&to, &user, sizeof(to)); mine = to.inner; WARN_ON(mine.a == 77);",
        True,
    ),
    "a number of user space": ("int v; get_user(v, &user); switch (v) { case 31: WARN_ON(1); }", True),
    "a number in text": ('int v; number("?", &v); WARN_ON(v == 31);', True),
    "text": ("strscpy(to.inner.name, from.inner.name); WARN_ON(to.inner.name[2] == 'x');", True),
    "formatted text": ("snprintf(to.inner.name, 8, \"%d\", 1); WARN_ON(to.inner.name[0] == 'x');", True),
    "a mask": ("copy_from_user(&other, &user, sizeof(other)); WARN_ON(other.x & 64);", True),
    "bytes that are set": (
        "memset(&to, 0xff, sizeof(to)); WARN_ON(to.x != -1 || to.bytes[2] != 255);",
        False,
    ),
    "zeroes": ("to.x = 4; memset(&to, 0, sizeof(to)); WARN_ON(to.x);", False),
}


def _compiled(done: str) -> Compiled:
    return compile_text(f"{_DECLARATIONS}THREAD(t) {{ {done} }}", "copies.c")


def _found(done: str) -> set[str]:
    result = check(_compiled(done).program)
    assert result.complete
    return {finding.error.slug for finding in result.findings}


@pytest.mark.parametrize("done, warns", _DONE.values(), ids=_DONE.keys())
def test_what_is_written(done: str, warns: bool) -> None:
    assert _found(done) == ({"warn"} if warns else set())


@pytest.mark.parametrize("access", ["memcpy(&to, p, sizeof(to))", "memcpy(p, &from, sizeof(to))"])
def test_a_copy_is_an_access(access: str) -> None:
    freed = f"struct thing *p = kzalloc(sizeof(*p), GFP_KERNEL); kfree(p); {access}; WARN_ON(to.x == 9);"
    assert _found(freed) == {"use-after-free"}


def test_too_many_combinations_are_an_assumption() -> None:
    told = "of the values written to *&to at copies.c"
    tested = " || ".join(f"to.bytes[{at}] == {at}" for at in range(4))
    few = "copy_from_user(&to, &user, sizeof(to)); WARN_ON(to.x == 3 && to.bytes[1] == 5);"
    assert not any(one.startswith(told) for one in _compiled(few).program.assumptions)
    many = (
        "copy_from_user(&to, &user, sizeof(to)); switch (to.x) { case 1: case 2: case 3: case 4: break; } "
        f"switch (to.inner.a) {{ case 1: case 2: case 3: case 4: break; }} WARN_ON({tested});"
    )
    assert any(one.startswith(told) for one in _compiled(many).program.assumptions)


def test_combinations() -> None:
    assert combined([2, 3]) == (tuple((a, b) for a in range(2) for b in range(3)), True)
    assert combined([]) == (((),), True)
    ways, all_of_them = combined([9, 9, 2])
    assert not all_of_them
    assert {(at, at, at % 2) for at in range(9)} <= set(ways)  # in step
    assert {way[0] for way in ways} == set(range(9)) and (0, 4, 0) in ways and (0, 0, 1) in ways
