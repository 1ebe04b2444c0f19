"""One call from litmus text to an outcome."""

from __future__ import annotations

from lastput.check.request import Request
from lastput.check.run import run
from lastput.model.options import ModelOptions

_TEXT = """/*
 * Result: use-after-free
 *
 * May an object be used after it is freed?
 */
#include <lastput.h>
struct o { int x; };
static int never(struct o *o) { return o->x; }
THREAD(user)
{
	struct o *o = kzalloc(sizeof(*o), GFP_KERNEL);

	if (READ_ONCE(flag))
		never(o);
	kfree(o);
#ifdef BAD
	o->x = 1;
	WARN_ON(o->x);
#endif
}
""".replace("THREAD(user)", "static int flag;\nTHREAD(user)")


def test_a_text_gives_a_verdict_and_its_coverage() -> None:
    outcome = run(Request("a.c", _TEXT))
    assert (outcome.verdict, outcome.classes, outcome.checked.complete) == ("SAFE", (), True)
    assert outcome.coverage.functions["never"] is False
    assert outcome.coverage.functions["kfree"] is True
    lines = _TEXT.splitlines()
    call, free = lines.index("\t\tnever(o);") + 1, lines.index("\tkfree(o);") + 1
    assert outcome.coverage.executed("a.c", call) is False
    assert outcome.coverage.executed("a.c", free) is True
    assert list(outcome.coverage.unexecuted(["a.c"]))
    assert outcome.checked.wrong == ("use-after-free is expected, and was not found",)
    assert outcome.bounds.workers == 1
    assert dict(outcome.bounds.pools) == {"o": 1} or outcome.bounds.pools


def test_options_belong_to_the_request() -> None:
    outcome = run(Request("a.c", _TEXT, model=ModelOptions(defines=(("BAD", "1"),))))
    assert (outcome.verdict, outcome.classes) == ("UNSAFE", ("use-after-free",))
    assert outcome.traces[0].file == "a.c"
    assert outcome.checked.wrong == ()
