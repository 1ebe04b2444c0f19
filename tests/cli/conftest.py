"""Litmus tests that are small enough to be run often."""

from __future__ import annotations

from pathlib import Path

import pytest

_UNSAFE = """\
/*
 * Result: use-after-free (foo)
 *
 * May one free what another still uses?
 * No.
 *
 * Claims: C1
 */
struct foo { int users; int x; };
static struct foo *the;
static void foo_put(struct foo *f)
{
	int left;

	atomic { f->users--; left = f->users; }
	if (left == 0)
		__free(f);
}
BOOT(start) { the = __alloc(); the->users = 1; }
THREAD(a) { foo_put(the); }
THREAD(b) { the->x = 3; }
"""


@pytest.fixture
def unsafe(tmp_path: Path) -> Path:
    """A test that is UNSAFE, as its header says."""
    path = tmp_path / "unsafe.c"
    path.write_text(_UNSAFE)
    return path


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    """Its fixed twin: both hold a reference."""
    path = tmp_path / "safe.c"
    text = _UNSAFE.replace("Result: use-after-free (foo)", "Result: safe").replace(
        "the->users = 1", "the->users = 2"
    )
    path.write_text(text.replace("the->x = 3;", "the->x = 3; foo_put(the);"))
    return path
