from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastput.c import syntax as c
from lastput.errors import LastputError
from tests.c.helpers import expression, show, statements


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a + b * c - d", "(- (+ a (* b c)) d)"),
        (
            "a || b && c | d ^ e & f == g < h << i + j * k",
            "(|| a (&& b (| c (^ d (& e (== f (< g (<< h (+ i (* j k))))))))))",
        ),
        ("a = b += c", "(= a (+= b c))"),
        ("a ? b : c ? d : e", "(?: a b (?: c d e))"),
        ("a ?: b", "(?: a  b)"),
        ("a ? b, c : d", "(?: a [b, c] d)"),
        ("x = a ? b : c", "(= x (?: a b c))"),
        ("a, b, c", "[a, b, c]"),
        ("!-~*&x", "(! (- (~ (* (& x)))))"),
        ("++x - --y", "(- (++x x) (--x y))"),
        ("*p++", "(* (x++ p))"),
        ("a->b.c[1](2)->d", "a->b.c[1](2)->d"),
        ("(*f)(x)", "(* f)(x)"),
        ("(f)(x)", "f(x)"),
        ("sizeof x->y", "sizeof<typeof x->y>"),
        ("sizeof(struct a) * n", "(* sizeof<struct a> n)"),
        ("sizeof(x) + 1", "(+ sizeof<typeof x> 1)"),
        ("sizeof(u8)", "sizeof<u8>"),
        ("sizeof(foo *)", "sizeof<pointer to named foo>"),
        ("(struct a *)p->q", "<pointer to struct a>p->q"),
        ("(void)x", "<void>x"),
        ("(u64)a + b", "(+ <u64>a b)"),
        ("(x)", "x"),
        ("(foo_t)-1", "<named foo_t>(- 1)"),
        ("(a) - 1", "(- a 1)"),
        ("(foo) bar", "<named foo>bar"),
        ("(const char __user *)p", "<pointer to const char>p"),
        ("(int (*)(void *, ...))p", "<pointer to function(pointer to void, ...) giving int>p"),
        ("(siginfo_t __user *)p", "<pointer to named siginfo_t>p"),
        ("(struct a){ .b = 1 }.b", "<struct a>{.b = 1}.b"),
        ("&(foo){ 0 }", "(& <named foo>{0})"),
        ("({ x; y; })", "({ 2 })"),
        ("f()", "f()"),
        ("f(a, (b, c))", "f(a, [b, c])"),
        ("pick(struct work_struct, pending)", "pick(<struct work_struct>, pending)"),
        ("__offsetof(struct kvm, a.b[1])", "__offsetof(<struct kvm>, a.b[1])"),
        ("container_of(p, typeof(*q), m)", "container_of(p, <typeof (* q)>, m)"),
        ("va_arg(ap, unsigned long *)", "va_arg(ap, <pointer to unsigned long>)"),
        ("cmp(typeof(a), int)", "cmp(<typeof a>, <int>)"),
        ("kmalloc_obj(foo *, x)", "kmalloc_obj(<pointer to named foo>, x)"),
        ("f(u8 *, 2)", "f(<pointer to u8>, 2)"),
        ("f(struct a * 2)", None),
        ("f(a * b)", "f((* a b))"),
        ("_Generic(x, int: 1, default: 2)", "_Generic(x, <int>, 1, <default>, 2)"),
        ('"a" "b\\n" "\\x41\\101"', '"ab\nAA"'),
        ('printk(KERN_INFO "x" PRIu64 "y")', 'printk("xy")'),
        ("'a' + '\\n' + '\\0' + '\\x7f'", "(+ (+ (+ 97 10) 0) 127)"),
        ("0x10 + 010 + 0b11 + 1ULL", "(+ (+ (+ 16 8) 3) 1)"),
        ("&&out", "(&& out)"),
        ("__extension__ (x)", "x"),
        ("__alignof__(struct a)", "__alignof__(<struct a>)"),
        ("atomic(x)", "atomic(x)"),
    ],
)
def test_expression(text: str, tree: str | None) -> None:
    if tree is None:
        with pytest.raises(LastputError):
            expression(text)
    else:
        assert show(expression(text)) == tree


def test_a_variable_is_no_type() -> None:
    (_, statement) = statements("int foo_t; x = (foo_t)(y);")
    assert isinstance(statement, c.ExprStmt)
    assert show(statement.expr) == "(= x foo_t(y))"


def test_a_typedef_is() -> None:
    assert show(expression("(foo)(y)", "typedef struct x foo;")) == "<named foo>y"
    assert show(expression("f(foo)", "typedef struct x foo;")) == "f(<named foo>)"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("{ 1, 2, }", "{1, 2}"),
        ("{ .a = 1, .b.c = 2, .d[3].e = 4 }", "{.a = 1, .b.c = 2, .d[3].e = 4}"),
        ("{ [A] = 1, [2 ... 4] = { 5 } }", "{[A] = 1, [(... 2 4)] = {5}}"),
        ("{ a: 1, b: { c: f } }", "{.a = 1, .b = {.c = f}}"),
        ("{}", "{}"),
        ("{ x ? y : z }", "{(?: x y z)}"),
        ("(struct a){ 1 }", "<struct a>{1}"),
    ],
)
def test_initialiser(text: str, tree: str) -> None:
    (statement,) = statements(f"struct s v = {text};")
    assert isinstance(statement, c.DeclarationStmt)
    assert show(statement.declarations[0].init) == tree


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("a +", 4, "met `;` where an expression should be"),
        ("f(a b)", 5, "met `b` where `)` should be"),
        ("a[1", 4, "met `;` where `]` should be"),
        ("a.1", 3, None),
        ("1.5", 1, "the constant 1.5 is outside of what lastput models"),
        ("0x", 1, "met `0x` where an integer constant should be"),
        ("x = @", 5, "met '@' where an expression should be"),
        ("return_me struct", 11, None),
    ],
)
def test_errors_name_the_place(text: str, column: int, what: str | None) -> None:
    with pytest.raises(LastputError) as caught:
        statements(f"{text};")
    error = caught.value
    assert error.place is not None
    assert error.slug == {"x = @": "bad-character", "1.5": "floating-point"}.get(text, "syntax")
    if what:
        assert (error.place.line, error.place.column, error.what) == (4, column, what)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "x = " + "(" * 5000 + "1" + ")" * 5000,
        "x = " + "-" * 1 + "~" * 5000 + "1",
        "x = " + "({" * 3000,
        "x" + "->y" * 5000,
        "x = 1" + " + 1" * 5000,
        "x = " + "a ? b : " * 5000 + "c",
        "x = " + "a = " * 5000 + "c",
        "x = " + "(int)" * 5000 + "c",
        "x = " + "sizeof " * 5000 + "c",
        "x = " + "f(" * 5000,
        "x = " + "a[" * 5000,
        "struct s v = " + "{" * 5000,
        "int " + "*" * 5000 + "x",
        "int " + "(" * 5000 + "x",
        "int x" + "[1]" * 5000,
        "{" * 5000,
        "if (x) " * 5000,
        "if (x) ; else " * 5000,
        "typeof(" * 5000,
        "struct {" * 5000,
        "x = " + "f(T (f(typeof(f(u8[f(" * 500,
        "int x = sizeof(typeof(({" * 500,
        "void (*f(" * 1000,
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(LastputError) as caught:
        statements(text + ";", "typedef int T;")
    assert caught.value.slug in ("nesting", "syntax")


def test_reasonable_nesting_is_not() -> None:
    assert show(expression("(" * 90 + "x" + ")" * 90)) == "x"


_LEVELS = {
    "||": 1,
    "&&": 2,
    "|": 3,
    "^": 4,
    "&": 5,
    "==": 6,
    "<": 7,
    "<<": 8,
    "+": 9,
    "-": 9,
    "*": 10,
    "%": 10,
}


@st.composite
def _trees(draw: st.DrawFn, depth: int = 4) -> tuple[str, str, int]:
    """An expression as C text with as few parentheses as possible, as a tree, and how tight it is."""
    shape = draw(st.sampled_from(["leaf", "binary", "unary", "call"])) if depth else "leaf"
    if shape == "leaf":
        text = draw(st.sampled_from(["a", "b->c", "d.e", "17"]))
        return text, text, 12
    inner = _trees(depth=depth - 1)
    if shape == "unary":
        op = draw(st.sampled_from("!~*"))
        text, tree, level = draw(inner)
        return f"{op}{text if level >= 11 else f'({text})'}", f"({op} {tree})", 11
    if shape == "call":
        text, tree, _ = draw(inner)
        return f"f({text})", f"f({tree})", 12
    op = draw(st.sampled_from(sorted(_LEVELS)))
    level = _LEVELS[op]
    left, left_tree, left_level = draw(inner)
    right, right_tree, right_level = draw(inner)
    left = left if left_level >= level else f"({left})"
    right = right if right_level > level else f"({right})"
    return f"{left} {op} {right}", f"({op} {left_tree} {right_tree})", level


@settings(max_examples=150, deadline=None)
@given(_trees())
def test_precedence(case: tuple[str, str, int]) -> None:
    text, tree, _ = case
    assert show(expression(f"x = {text}")) == f"(= x {tree})"
