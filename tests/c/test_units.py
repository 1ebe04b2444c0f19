from __future__ import annotations

import pytest

from lastput.c import syntax as c
from lastput.c.parse import parse_function, parse_unit
from lastput.c.preprocess import Preprocessor
from lastput.errors import LastputError, Place
from tests.c.helpers import show, unit

LITMUS = """
/*
 * Result: unmapped-text (kvm)
 */
#include <lastput.h>

MODULE(kvm);
struct kvm { refcount_t users_count; };
static void kvm_put_kvm(struct kvm *kvm)
{
        if (refcount_dec_and_test(&kvm->users_count))
                kfree(kvm);
}
static struct file_operations kvm_vm_fops = { .release = kvm_vm_release };
EXPORT_SYMBOL_GPL(kvm_put_kvm);
MODULE(kvm_intel, kvm);
POOL(struct kvm, 2);
SOURCE("virt/kvm/async_pf.c", f, g);
THREAD(vmm) { int dev = open("/dev/kvm"); close(dev); }
DAEMON(worker, NR_WORKERS, worker_thread) { worker_thread(); }
module_exit(kvm_exit);
"""


def test_litmus_file() -> None:
    parsed = unit(LITMUS)
    shapes = []
    for item in parsed.items:
        if isinstance(item, c.Directive):
            body = None if item.body is None else len(item.body.body)
            shapes.append(f"{item.name}({', '.join(map(show, item.args))}) {body}")
        else:
            shapes.append(type(item).__name__)
    assert shapes == [
        "MODULE(kvm) None",
        "StructDef",
        "FunctionStub",
        "Declaration",
        "MODULE(kvm_intel, kvm) None",
        "POOL(<struct kvm>, 2) None",
        'SOURCE("virt/kvm/async_pf.c", f, g) None',
        "THREAD(vmm) 2",
        "DAEMON(worker, NR_WORKERS, worker_thread) 1",
        "module_exit(kvm_exit) None",
    ]
    assert [(s.name, s.place.line) for s in parsed.skipped] == [("EXPORT_SYMBOL_GPL", 15)]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("FROB(x);", "met `FROB` where a declaration, a function or a line of the litmus language"),
        ("static FROB(x);", "where a declaration, a function"),
        ("MODULE(x)", "met the end where `;` or `{`"),
        ("THREAD(x) { a }", "met `}` where `;`"),
        ("int f(void) { }}", "met `}` where a type"),
        ('asm("x");', "met `asm` where"),
        ("@", "met '@' where a type"),
    ],
)
def test_litmus_files_are_read_strictly(text: str, what: str) -> None:
    with pytest.raises(LastputError) as caught:
        unit(text)
    assert what in caught.value.what


KERNEL = """
#include <linux/x.h>
static DEFINE_MUTEX(lock);
static DEFINE_PER_CPU(struct a *, b) = NULL;
static struct a x = { 1, 2 3 };
EXPORT_SYMBOL(x);
module_init(f);
SYSCALL_DEFINE2(foo, int, a, int, b)
{
	return a + b;
}
static int good(void)
{
	return 1;
}
static int bad(void) oops oops
{
	return 1;
}
struct broken { int x };
asm("foo");
static int odd(void)
{
	this is no statement
}
struct s {
	FROB(x);
	int y;
};
int last;
"""


def test_kernel_files_are_read_as_far_as_they_go() -> None:
    parsed = unit(KERNEL, strict=False)
    names = [(type(i).__name__, getattr(i, "name", "")) for i in parsed.items]
    assert names == [
        ("Directive", "module_init"),
        ("FunctionStub", "good"),
        ("FunctionStub", "odd"),
        ("StructDef", ""),
        ("Declaration", "last"),
    ]
    assert [(s.name, s.place.line, s.why) for s in parsed.skipped] == [
        ("DEFINE_MUTEX", 3, "a macro that nothing defines"),
        ("DEFINE_PER_CPU", 4, "a macro that nothing defines"),
        ("x", 5, "met `3` where `}` should be"),
        ("EXPORT_SYMBOL", 6, "says nothing about object lifetimes"),
        ("SYSCALL_DEFINE2", 8, "a macro that nothing defines"),
        ("bad", 16, "met `oops` where `;` should be"),
        ("broken", 20, "met `}` where `;` should be"),
        ("asm", 21, "assembly"),
        ("FROB", 27, "a macro in a struct that nothing defines"),
    ]


def test_a_function_that_does_not_parse_harms_only_who_reaches_it() -> None:
    parsed = unit(KERNEL, strict=False)
    good, odd = (i for i in parsed.items if isinstance(i, c.FunctionStub))
    assert parse_function(good, set()).end == Place("a.c", 15, 1)
    with pytest.raises(LastputError) as caught:
        parse_function(odd, set())
    assert caught.value.place == Place("a.c", 24, 10)


def test_a_directive_that_makes_no_sense_is_listed() -> None:
    text = "#error no\nint x;\nint f(void)\n{\n#error here\n\treturn 1;\n}\n"
    tokens = Preprocessor().run(text, "a.c", strict=False)
    parsed = parse_unit(tokens, "a.c", set(), False, set())
    assert [(s.name, s.place.line, s.why) for s in parsed.skipped] == [("#", 1, "#error no")]
    (_, stub) = parsed.items
    assert isinstance(stub, c.FunctionStub)
    with pytest.raises(LastputError) as caught:
        parse_function(stub, set())
    assert (caught.value.slug, caught.value.what) == ("macro-call", "#error here")


def test_a_body_without_end_does_not_swallow_the_rest() -> None:
    text = "int f(void)\n{\n\tif (x) {\n\treturn 1;\n}\nint g(void)\n{\n\treturn 1;\n}\n"
    parsed = unit(text, strict=False)
    assert [i.name for i in parsed.items if isinstance(i, c.FunctionStub)] == ["g"]
    assert [s.name for s in parsed.skipped] == ["f"]


def test_a_macro_where_a_function_is_defined_does_not_crash() -> None:
    parsed = unit(
        "#define foo(x) ((x) + 1)\nstatic inline int foo(int x)\n{\n\treturn x;\n}\nint y;\n", strict=False
    )
    assert [getattr(i, "name", "") for i in parsed.items] == ["y"]
    assert len(parsed.skipped) == 1


def test_a_refused_macro_call_is_an_error_where_it_is_reached() -> None:
    text = "#define F(a, b) a\nint f(void)\n{\n\treturn F(1);\n}\n"
    (stub,) = unit(text).items
    assert isinstance(stub, c.FunctionStub)
    with pytest.raises(LastputError) as caught:
        parse_function(stub, set())
    assert caught.value.slug == "macro-call"
    assert caught.value.what == "macro F takes 2 arguments, not 1"
    assert caught.value.place == Place("a.c", 4, 9)
