"""The subset of C: what means what it means to gcc, and what is refused, with the place and a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.errors import LastputError
from tests.model.c_by_gcc import by_gcc, by_model

_DECLARATIONS = """
struct in { int a; u8 b; };
struct s { int x; struct in in; u16 arr[3]; unsigned f:3; int g:3; struct { int an; }; };
static struct s gs = { .x = 4, .in = { 1, 44 }, .arr = { 1, [2] = 7 } };
static u8 tab[] = { 1, 2, 3, 4 };
static int open[] = { [3] = 1, 2 };
enum e { A, B = 5, C };
struct tight { char c; long l; struct { short s; int i; } in; } __attribute__((packed));
struct __attribute__((packed)) around { char c; struct in in; };
static const int fixed = 3;
struct half { const int kept; int free; };
static int twice(int x) { return 2 * x; }
static u8 low(long x) { return x; }
static int by_value(struct in v) { v.a += v.b; return v.a; }
static int (*fp)(int) = twice;
union u { int i; char c; };
static unsigned int ui;
static bool gb;
static int hits;
static void bump(int *p) { hits = hits * 10 + *p; }
static int early(int x)
{
	int a __attribute__((cleanup(bump))) = 1;
	for (;;) {
		int b __attribute__((cleanup(bump))) = 2;
		if (x == 0)
			return hits;
		if (x == 1)
			break;
		if (x == 2)
			goto out;
		x = 0;
	}
	hits += 5;
out:
	return 7;
}
"""
_SAME = {
    "struct of a statement expression": "return ({ struct in v = { 3, 4 }; v; }).b;",
    "struct of a condition": "struct in a = { 1, 2 }, b = { 3, 4 }; return (gs.x == 9 ? a : b).a;",
    "literal of an array": "int *p = (int []) { 4, 5, 6 }; return p[2];",
    "swapped bytes": "u16 x = gs.in.b; switch (x) { case __builtin_bswap16(0x2c00): "
    "return __builtin_bswap16(x) + __builtin_bswap32(x); } return __builtin_bswap64(x);",
    "constant or not": "return __builtin_constant_p(4 + B) * 10 + __builtin_constant_p(gs.x);",
    "ARRAY_SIZE": "return sizeof(tab) / sizeof(tab[0]) + 10 * (sizeof(gs.arr) / sizeof(gs.arr[0]));",
    "sizeof of structs": "return sizeof(struct in) + 100 * sizeof(union u) + 1000 * sizeof(struct in *);",
    "sizeof of expressions": 'struct in *p = 0; return sizeof *p + sizeof(p->b) + sizeof("abc");',
    "sizeof of packed structs": "return sizeof(struct tight) + 100 * sizeof(struct around);",
    "member initialised twice": "struct in v = { .a = 1, .b = 2, .a = 3 }; return v.a * 10 + v.b;",
    "struct initialised twice": "struct s v = { .in.a = 1, .in = { .b = 2 }, .x = 3, .x = 4 }; return v.in.a "
    "* 100 + v.in.b * 10 + v.x;",
    "struct initialised, then a member": "struct s v = { .in = { 1, 2 }, .in.b = 3 }; return v.in.a * 10 + "
    "v.in.b;",
    "element initialised twice": "int a[4] = { [0 ... 3] = 7, [2] = 1 }; return a[1] * 10 + a[2];",
    "open array": "return sizeof(open) / sizeof(open[0]) + 10 * open[4];",
    "bit-fields": "gs.f = 9; gs.g = 5; return gs.f * 100 + gs.g;",
    "bit-field wraps": "gs.f = 7; gs.f++; return gs.f;",
    "return truncates": "return low(0x1ff);",
    "struct by value": "struct in v = { 1, 2 }; int r = by_value(v); return r * 10 + v.a;",
    "struct assignment": "struct in v = { 1, 2 }, w; w = v; v.a = 5; return w.a * 10 + v.a;",
    "compound literal": "struct in v; v = (struct in){ .b = 4 }; return v.a * 10 + v.b;",
    "range designator": "int a[6] = { [1 ... 3] = 4, 5 }; return a[0] + a[1] * 10 + a[3] * 100 + a[4] * "
    "1000;",
    "braces left out": "struct s v = { 1, 2, 3, 4, 5, 6 }; return v.x + "
    "v.in.a * 10 + v.in.b * 100 + v.arr[0] * "
    "1000;",
    "two dimensions": "int m[2][2] = { 1, 2, 3, 4 }; return m[1][0] * 10 + m[1][1];",
    "statics of one name": "int r = 0; for (int i = 0; i < 3; i++) { static "
    "int n; r = ++n; } { static int n = 10; r += n; "
    "} return r;",
    "switch over a range": "switch (70) { case 0 ... 1000000: return 1; default: return 2; }",
    "switch into a loop": "int n = 5, r = 0; switch (n % 4) { case 0: do { "
    "r++; case 3: r += 10; case 1: r += 100; } "
    "while (--n > 3); } return r;",
    "goto into dead code": "int r = 0; goto in; if (0) { in: r = 4; } return r;",
    "bool in memory": "bool b = 2; bool *p = &b; gb = 256; return *p * 10 + gb;",
    "unsigned wraps": "ui = 0; ui--; return ui - (ui > 5);",
    "mixed signs": "int x = -1; return x > 0u;",
    "u8 in memory": "gs.in.b = 250; gs.in.b += 10; return gs.in.b;",
    "value of an assignment": "u8 b; int x = (b = 300); return x;",
    "enumerator hidden by a local": "int B = 3; return B;",
    "function pointers": "return fp(4) + (*fp)(5);",
    "continue in do-while(0)": "int i = 0; do { i++; if (i == 1) continue; i = 9; } while (0); return i;",
    "cleanup at the end of a block": "{ int x __attribute__((cleanup(bump))) = 3, y "
    "__attribute__((cleanup(bump))) = 4; } return "
    "hits;",
    "cleanup on return": "int r = early(0); return r * 100000 + hits;",
    "cleanup on break": "int r = early(1); return r * 100000 + hits;",
    "string in an array": 'char s[4] = "ab", t[] = "xyz"; return s[1] * 1000 + s[3] + t[2] + sizeof(t);',
    "cleanup on goto": "int r = early(2); return r * 100000 + hits;",
    "cleanup in each round": "int r = early(3); return r * 100000 + hits;",
    "cleanup of a statement expression": "int x = 1; int r = ({ int y "
    "__attribute__((cleanup(bump))) = x; x = 9; y + 1; }); return r * "
    "100 + hits;",
}  # fmt: skip
_REFUSED = {
    "int n = 3; int a[n]; a[2] = 4; return a[2];": "array-length",
    "double d = 1; return d;": "floating-point",
    "return 3 * 1.5;": "floating-point",
    "void *p = 0; goto *p; return 3;": "computed-goto",
    "union u v; v.i = 0x101; return v.c;": "union",
    'int x = 3; asm("" : "+r"(x)); return x;': "inline-assembly",
    "goto nowhere; return 1;": "label",
    "a: a: return 1;": "label",
    "break; return 1;": "jump",
    "continue; return 1;": "jump",
    "case 3: return 1;": "jump",
    "goto in; { int x __attribute__((cleanup(bump))) = 3; in: return x; }": "jump",
    "int x __attribute__((cleanup(bump))); return 1;": "cleanup",
    "switch (1) { case 1: return 1; case 0 ... 3: return 2; }": "case",
    "int x = 0x1234; return *(char *)&x;": "punning",
    "fixed = 4; return 1;": "const",
    "const int n = 1; n++; return n;": "const",
    "struct half h; h.free = 1; h.kept = 2; return 1;": "const",
    "const struct half *h = 0; h->free = 1; return 1;": "const",
    "const char *s = 0; *s = 1; return 1;": "const",
    "int *const p = 0; p = 0; return 1;": "const",
    "const int a[2] = { 1 }; a[0] = 1; return 1;": "const",
    "return __builtin_popcount(7);": "undefined-function",
    "return _Generic(1, int: 4, default: 5);": "undefined-function",
}


@pytest.mark.needs_spin
def test_what_is_like_gcc(tmp_path: Path) -> None:
    wanted = by_gcc(tmp_path, _DECLARATIONS, [f"hits = 0; {text}" for text in _SAME.values()])
    found = {name: by_model(_DECLARATIONS, f"hits = 0; {text}") for name, text in _SAME.items()}
    assert found == dict(zip(_SAME, wanted, strict=True))


@pytest.mark.parametrize("text, slug", _REFUSED.items(), ids=list(_REFUSED))
def test_what_is_refused(text: str, slug: str) -> None:
    with pytest.raises(LastputError) as error:
        by_model(_DECLARATIONS, text)
    assert error.value.slug == slug
    assert error.value.place is not None and error.value.place.line > 0


def test_a_struct_is_not_returned() -> None:
    with pytest.raises(LastputError) as error:
        by_model(
            "struct in { int a; }; static struct in f2(void) { struct in v; return v; }", "f2(); return 1;"
        )
    assert error.value.slug == "struct-return"
