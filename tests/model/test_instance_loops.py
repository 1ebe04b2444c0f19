"""Which loops over instances are proved independent of the order, and that the others switch symmetry off."""

from __future__ import annotations

import pytest

from lastput.engine.search import check
from lastput.engine.verdict import Options
from lastput.model.compile import compile_text

_TEST = """#include <lastput.h>
struct obj {{ int on; int tag; int hit; struct obj *next; }};
POOL(struct obj, 3);
POOL_MAY_LEAK(struct obj);
static int seen;
static struct obj *last;
static void make(int tag) {{ struct obj *o = kzalloc(sizeof(*o), GFP_KERNEL); o->tag = tag; o->on = 1; }}
BOOT(b) {{ make(1); make(2); make(4); }}
THREAD(user)
{{
	struct obj *o, *found = NULL;
	int n = 0, most = 0, tag;

	plain {{
		for_each_instance(struct obj, o) {{ {body} }}
	}}
	seen = n + most;
	if (found)
		seen = found->tag + found->hit;
	WARN_ON(last && last->next);
}}
THREAD(reader) {{ BUG_ON(seen == 99 && last); }}
"""

_INDEPENDENT = (
    "if (o->on) n = 1;",
    "n += o->tag;",
    "n |= o->tag;",
    "if (o->tag > 1) n++;",
    "o->hit = 1;",
    "o->hit = o->tag + o->on;",
    "tag = o->tag; if (most < tag) most = tag;",
    'if (o->tag == 2) { if (found) fail(WARN, o, "two"); found = o; }',
)
_ORDERED = (
    "seen += o->tag;",  # independent, but not seen
    "if (o->on && !found) found = o;",
    "if (o->on) found = o;",
    "if (o->on) { found = o; break; }",
    "if (n == 0) n = o->tag;",
    "n = n * 2 + o->tag;",
    "n = o->tag - n;",
    "n = o->tag;",
    "n += o->tag; if (n > 3) o->hit = 1;",
    "n += o->tag; o->hit = n;",
    "last = o;",
    "o->next = last; last = o;",
    "if (o->on) { n = 1; } else { n = 2; }",
    "if (o->tag == 2) most = 1; n += most;",
    "n += n + o->tag;",
    "if (seen < o->tag) o->hit = 1; seen = o->tag;",
)


@pytest.mark.parametrize("body", _INDEPENDENT)
def test_proved_independent(body: str) -> None:
    compiled = compile_text(_TEST.format(body=body), "t.c")
    assert not compiled.program.ordered
    assert not compiled.notes


@pytest.mark.parametrize("body", _ORDERED)
def test_refused(body: str) -> None:
    compiled = compile_text(_TEST.format(body=body), "t.c")
    assert compiled.program.ordered
    assert any("order of the objects" in note for note in compiled.notes)


@pytest.mark.parametrize("body", (*_INDEPENDENT, *_ORDERED))
def test_same_verdict_as_without_symmetry(body: str) -> None:
    program = compile_text(_TEST.format(body=body), "t.c").program
    folded, plain = check(program), check(program, Options(symmetry=False))
    assert {f.error for f in folded.findings} == {f.error for f in plain.findings}


def test_a_loop_outside_of_a_step_is_refused() -> None:
    text = _TEST.format(body="n += o->tag;").replace("\tplain {\n", "\t{\n")
    assert compile_text(text, "t.c").program.ordered
