"""The scan: items of a file, loop macros, type arguments, any bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lastput.c.raw.calls import find_calls
from lastput.c.raw.scan import FUNCTION, INITIALISER, RECORD, scan
from lastput.c.raw.source import Source

_FILE = b"""\
#include <linux/module.h>
/* static int not_me(void) { */
struct foo {
	struct work_struct work;
};
static const struct file_operations foo_fops = {
	.owner = THIS_MODULE,
};
EXPORT_SYMBOL_GPL(foo_fops);
static int __init foo_init(void)
{
#ifdef CONFIG_A
	if (a()) {
#else
	if (b()) {
#endif
		c("}", '{');
	}
	list_for_each_entry(p, &head, list) {
		d(container_of(p, struct foo, work));
	}
	return 0;
}
SYSCALL_DEFINE2(foo, int, fd, const char __user *, name)
{
	return fd;
}
"""


def test_items() -> None:
    kinds = [row[0] for row in scan(_FILE).items.tolist()]
    assert kinds == [RECORD, INITIALISER, 0, FUNCTION, FUNCTION]


def test_functions() -> None:
    source = Source("foo.c", _FILE)
    heads = [one.head for one in source.functions]
    assert [head.name for head in heads] == ["foo_init", "__do_sys_foo"]
    assert (heads[0].static, heads[0].section, heads[0].returns) == (True, "init", "int")
    assert [(one.type, one.name) for one in heads[1].parameters] == [
        ("int", "fd"),
        ("const char __user *", "name"),
    ]
    assert source.line(source.functions[0].start) == 10
    assert source.line(source.functions[1].end - 1) == 27


def test_code_keeps_its_length_and_its_lines() -> None:
    found = scan(_FILE)
    assert len(found.code) == len(_FILE)
    assert [len(line) for line in found.code.split(b"\n")] == [len(line) for line in _FILE.split(b"\n")]
    assert found.balanced
    assert b"while              (p, &head, list) {" in found.code


def test_calls() -> None:
    source = Source("foo.c", _FILE)
    function = source.functions[0]
    calls, _ = find_calls(_FILE, source.scan.code, function.body, function.end)
    names = [_FILE[call.name : call.word_end].decode() for call in calls]
    assert names == ["a", "b", "c", "list_for_each_entry", "d", "container_of"]


def test_receivers_and_results() -> None:
    text = b"void f(void) { x->y[2].err = p->ops->open(a)(b); (*fn)(c); get(q)->put(q); }"
    source = Source("f.c", text)
    calls, _ = find_calls(text, source.scan.code, source.functions[0].body, source.functions[0].end)
    seen = [(text[c.callee : c.name].decode(), text[c.name : c.word_end].decode()) for c in calls]
    assert seen == [
        ("p->ops->", "open"),
        ("", "p->ops->open(a)"),
        ("", "(*fn)"),
        ("", "get"),
        ("get(q)->", "put"),
    ]
    assert text[calls[0].target :].startswith(b"x->y[2].err")


def test_stores() -> None:
    text = b"void f(void) { kvm_fops.owner = module; p->ops->cb = &g; if (p->x == y) p->n = 3; }"
    source = Source("f.c", text)
    _, stores = find_calls(text, source.scan.code, source.functions[0].body, source.functions[0].end)
    assert [text[s.target : s.field_end] + b"=" + text[s.value : s.value_end] for s in stores] == [
        b"kvm_fops.owner=module",
        b"p->ops->cb=&g",
    ]


def test_a_lost_brace_costs_one_function() -> None:
    source = Source("f.c", b"int f(void)\n{\n\tif (a) {\n\treturn 0;\n}\nint g(void)\n{\n}\n")
    assert not source.scan.balanced
    assert [one.head.name for one in source.functions] == ["f", "g"]


@given(
    st.one_of(st.binary(max_size=400), st.text("(){};=,.&*\"'/#\\\n af_-><[]", max_size=300).map(str.encode))
)
def test_any_bytes(content: bytes) -> None:
    source = Source("any.c", content)
    assert len(source.scan.code) == len(content)
    for function in source.functions:
        find_calls(content, source.scan.code, function.body, function.end)
