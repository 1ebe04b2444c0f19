"""The passes over bytes say the same as machine code and as plain Python."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastput.c.raw import calls, compiled, initialisers, scan

_C = "{}()[];,=.#\"'\\/*->&!<: \n\tifstruct_x0"
_PIECES = (
    "int f(int a)\n{\n", "}\n", "\tg(a, b->c);\n", "\tx->y = z;\n", "#if A\n", "#else\n", "#endif\n",
    "/* c */", "// d\n", '"s\\""', "'", "struct s t = {\n\t.f = g,\n", "};\n", "list_for_each(p, q) {\n",
    "r = (*p)(1);\n", "\treturn h(x);\n", "container_of(p, struct x, m)", "#define M(a) \\\n\tb(a)\n",
)  # fmt: skip
_SOURCE = st.one_of(
    st.text(_C, max_size=80).map(str.encode),
    st.lists(st.sampled_from(_PIECES), max_size=25).map(lambda parts: "".join(parts).encode()),
    st.binary(max_size=60),
)


def _facts(source: bytes) -> tuple[object, ...]:
    found = scan.scan(source)
    whole = np.array([(0, len(source))], dtype=np.int64)
    return (
        found.code, found.items.tolist(), found.directives.tolist(), found.loops.tolist(), found.balanced,
        calls.find_all_calls(source, found.code, whole),
        initialisers.field_values(found.code, 0, len(source)),
    )  # fmt: skip


@settings(deadline=None)
@given(_SOURCE)
def test_plain_and_compiled_agree(source: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for module in (scan, calls, initialisers):
            patch.setattr(module, "chosen", lambda function, size: function)
        fast = _facts(source)
        for module in (scan, calls, initialisers):
            patch.setattr(module, "chosen", lambda function, size: compiled.plain(function))
        assert _facts(source) == fast


def test_little_is_read_uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_read", 0)
    monkeypatch.setattr(compiled, "_ready", functools.cache(lambda function: False))
    function = scan._scan
    assert compiled.chosen(function, 100) is compiled.plain(function)
    assert compiled.chosen(function, compiled._PLAIN_BYTES) is function


def test_what_is_compiled_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    scan.scan(b"int a;")
    monkeypatch.setattr(compiled, "_read", 0)
    if scan._scan.signatures:
        compiled._ready.cache_clear()
        assert compiled.chosen(scan._scan, 1) is scan._scan
