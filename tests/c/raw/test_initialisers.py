"""Tables: which name stands in which field, and what structs hold."""

from __future__ import annotations

from lastput.c.raw.initialisers import field_values, read_variable
from lastput.c.raw.macros import function_macros
from lastput.c.raw.records import read_record
from lastput.c.raw.scan import scan


def _fields(text: str) -> list[tuple[str, str, str]]:
    found = scan(text.encode())
    _, _, body, stop, _ = found.items.tolist()[0]
    return [(one.path, one.field, text[one.start : one.end]) for one in field_values(found.code, body, stop)]


def test_designators() -> None:
    driver = "{ .owner = THIS_MODULE, .pm = &ops }"
    text = f"struct d x = {{ .driver = {driver}, .n = 3, .open = (void *)f, .put = g }};"
    assert _fields(text) == [
        ("driver.owner", "owner", "THIS_MODULE"),
        ("driver.pm", "pm", "&ops"),
        ("put", "put", "g"),
    ]


def test_arrays_and_positions() -> None:
    assert _fields('struct t a[] = { { "one", f }, [3] = { .h = g }, };') == [
        ("[0][1]", "", "f"),
        ("[3].h", "h", "g"),
    ]


def test_both_arms() -> None:
    text = "struct f x = {\n#ifdef A\n\t.open = a,\n#else\n\t.open = b,\n#endif\n};"
    assert [value for _, _, value in _fields(text)] == ["a", "b"]


def test_heads() -> None:
    head = read_variable("static const struct file_operations __maybe_unused foo_fops[] = ")
    assert head is not None
    assert (head.name, head.type, head.static, head.const) == ("foo_fops", "file_operations", True, True)
    pointers = read_variable("static int (*const handlers[])(struct vcpu *) = ")
    assert pointers is not None
    assert (pointers.name, pointers.type) == ("handlers", "function pointer")


def test_records() -> None:
    body = (
        "{ int n; struct work_struct a, *b; union { struct timer_list t; u64 v; };"
        " void (*put)(int); foo_t f; }"
    )
    name, fields = read_record("struct foo ", body, ";")
    assert name == "foo"
    assert [(one.name, one.type, one.pointers) for one in fields] == [
        ("a", "work_struct", 0),
        ("b", "work_struct", 1),
        ("t", "timer_list", 0),
        ("put", "function pointer", 1),
        ("f", "foo_t", 0),
    ]


def test_macros() -> None:
    (macro,) = function_macros(b"#define N 3\n#define put(x) \\\n\tkref_put(&(x)->ref, free_x) /* once */\n")
    assert (macro.name, macro.parameters, macro.body) == ("put", ("x",), "kref_put(&(x)->ref, free_x)")
