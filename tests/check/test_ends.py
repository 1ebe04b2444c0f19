"""How a run may end badly although no step fails: leaks, and threads that go round for ever."""

from __future__ import annotations

import pytest

from lastput.check.outcome import Outcome
from lastput.check.request import Request
from lastput.check.run import run
from lastput.engine.verdict import Options

_SPIN = "static int flag;\n"
_DEFAULTS = Options()


def _run(text: str, search: Options = _DEFAULTS) -> Outcome:
    return run(Request(file="test.c", text=f"#include <lastput.h>\n{text}", search=search))


def test_a_leak_names_the_object_whose_count_stays_up() -> None:
    outcome = _run("""
struct vcpu { struct kvm *kvm; };
struct kvm { refcount_t users; struct vcpu *vcpu; };
static void put(struct kvm *k) { if (refcount_dec_and_test(&k->users)) { kfree(k->vcpu); kfree(k); } }
THREAD(a)
{
	struct vcpu *v = kzalloc(sizeof(*v), GFP_KERNEL);

	v->kvm = kzalloc(sizeof(*v->kvm), GFP_KERNEL);
	v->kvm->vcpu = v;
	refcount_set(&v->kvm->users, 1);
	refcount_inc(&v->kvm->users);
	put(v->kvm);
}
""")
    assert outcome.classes == ("leak",)
    trace = outcome.traces[0]
    assert trace.violated.object == "kvm#0"
    assert trace.budget[-1].left == "1"


@pytest.mark.parametrize("engine", ["python", "compiled"])
def test_a_module_reference_that_is_left_is_a_leak(engine: str) -> None:
    text = """
MODULE(lib);
static int lib_used;
MODULE(drv, lib);
static void use(void) {{ __module_get(THIS_MODULE); lib_used = 1; {put} }}
MODULE(vmlinux);
THREAD(a) {{ use(); }}
"""
    search = Options(engine="python" if engine == "python" else "compiled")
    kept = _run(text.format(put=""), search)
    assert [(one.error, one.violated.object) for one in kept.traces] == [("leak", "drv")]
    assert _run(text.format(put="module_put(THIS_MODULE);"), search).verdict == "SAFE"


@pytest.mark.parametrize(
    ("threads", "classes"),
    [
        ("THREAD(a) { while (!READ_ONCE(flag)) cpu_relax(); }", ("deadlock",)),
        ("THREAD(a) { while (!READ_ONCE(flag)) msleep(1); } THREAD(b) { flag = 1; }", ()),
        # Who looks first decides.
        ("THREAD(a) { if (!flag) while (!flag) msleep(1); else flag = 0; while (!flag) msleep(1); }"
         " THREAD(b) { flag = 1; }", ("deadlock",)),
        # Nobody says that it ends.
        ("THREAD(a) { for (;;) flag = !flag; }", ()),
    ],
)  # fmt: skip
def test_a_thread_that_never_gets_anywhere(threads: str, classes: tuple[str, ...]) -> None:
    assert _run(_SPIN + threads).classes == classes


def test_what_is_only_counted_may_count_for_ever() -> None:
    assert _run("static int rounds;\nTHREAD(a) { for (;;) rounds++; }").verdict == "SAFE"
