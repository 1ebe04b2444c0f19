"""Bodies: what the kernel writes and C does not know parses all the same."""

from __future__ import annotations

import pytest

from lastput.c.raw.body import parse_body
from lastput.c.raw.source import Source

_CLEAN = (
    "list_for_each_entry_safe(p, q, &head, list) { kfree(p); }",
    "for_each_child_of_node(np, child)\n\tprobe(child);",
    "x = container_of(p, struct foo, member);",
    "y = min_t(unsigned int, a, b);",
    "char __user *p = (char __user *)arg;",
    "struct device_node *np __free(device_node) = get();",
    "guard(mutex)(&lock);",
    "scoped_guard(mutex, &lock) { f(); }",
    "switch (x) { case 0 ... 31: f(); }",
    'printk(KERN_ERR PREFIX "no %s", name);',
    "int ret __maybe_unused;",
    "#ifdef A\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t\tf();\n\t}",
    "f(a,\n#ifdef B\n\tb,\n#endif\n\tc);",
    "n = offsetof(struct foo, data[n]);",
)


@pytest.mark.parametrize("statement", _CLEAN)
def test_parses_cleanly(statement: str) -> None:
    source = Source("f.c", f"int f(void)\n{{\n\t{statement}\n\treturn 0;\n}}\n".encode())
    assert parse_body(source, source.functions[0]).clean


def test_a_syntax_error_is_told() -> None:
    source = Source("f.c", b"int f(void)\n{\n\tif (a return 0;\n}\n")
    assert not parse_body(source, source.functions[0]).clean
