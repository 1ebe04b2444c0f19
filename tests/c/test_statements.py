from __future__ import annotations

import pytest

from lastput.c import syntax as c
from lastput.errors import LastputError, Place
from tests.c.helpers import function, kind, show, statements


def outline(statement: c.Stmt | None) -> str:
    """The shape of a statement: expressions and bodies, no places."""
    match statement:
        case None:
            return "-"
        case c.Block(body=body):
            return "{" + " ".join(map(outline, body)) + "}"
        case c.AtomicBlock(kind=word, body=body):
            return word + outline(body)
        case c.ExprStmt(expr=expr):
            return show(expr) + ";"
        case c.DeclarationStmt(declarations=declared):
            return "decl(" + ", ".join(f"{d.name} {kind(d.type)}" for d in declared) + ")"
        case c.If(cond=cond, then=then, other=other):
            return f"if({show(cond)}) {outline(then)} else {outline(other)}"
        case c.While(cond=cond, body=body):
            return f"while({show(cond)}) {outline(body)}"
        case c.DoWhile(cond=cond, body=body):
            return f"do {outline(body)} while({show(cond)})"
        case c.For(init=init, cond=cond, step=step, body=body):
            return f"for({outline(init)} {show(cond)}; {show(step)}) {outline(body)}"
        case c.ForEachInstance(type=ctype, var=var, body=body):
            return f"each({kind(ctype)} {var}) {outline(body)}"
        case c.Switch(value=value, body=body):
            return f"switch({show(value)}) {outline(body)}"
        case c.Case(value=value, high=high):
            return f"case({show(value)} {show(high)})"
        case c.Label(name=name):
            return f"{name}:"
        case c.Goto(label=name):
            return f"goto({name})"
        case c.Break():
            return "break"
        case c.Continue():
            return "continue"
        case c.Return(value=value):
            return f"return({show(value)})"
        case c.Asm(text=text):
            return f"asm({text})"


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("if (a) b; else if (c) d; else e;", "if(a) b; else if(c) d; else e;"),
        ("if (a) if (b) c; else d;", "if(a) if(b) c; else d; else -"),
        ("while (a) { b; continue; }", "while(a) {b; continue}"),
        ("do { a; } while (b);", "do {a;} while(b)"),
        ("for (;;) break;", "for(- ; ) break"),
        ("for (i = 0; i < n; i++) f(i);", "for((= i 0); (< i n); (x++ i)) f(i);"),
        ("for (int i = 0, *p; ; ) ;", "for(decl(i int, p pointer to int) ; ) ;"),
        (
            "switch (x) { case 1: case 2 ... 4: a; break; default: b; }",
            "switch(x) {case(1 ) case(2 4) a; break case( ) b;}",
        ),
        ("goto out; out: return;", "goto(out) out: return()"),
        ("return a ? b : c;", "return((?: a b c))"),
        ("if (a) out: b;", "if(a) {out: b;} else -"),
        ("a ? b : c;", "(?: a b c);"),
        ("atomic { x = 1; }", "atomic{(= x 1);}"),
        ("plain { } acquire { } release { }", "plain{} acquire{} release{}"),
        ("atomic = 1; release(x); plain;", "(= atomic 1); release(x); plain;"),
        ("for_each_instance(struct kvm, k) { f(k); }", "each(struct kvm k) {f(k);}"),
        ("wait_until(a && b);", "wait_until((&& a b));"),
        ("{ int x; { x; } }", "{decl(x int) {x;}}"),
        ("__label__ a, b; a: ; fallthrough;", "; a: ; ;"),
        ('_Static_assert(sizeof(int) == 4, "x");', ";"),
        ("LIST_HEAD(x); DEFINE_WAIT(y);", "LIST_HEAD(x); DEFINE_WAIT(y);"),
        ("guard(mutex)(&x->lock);", "guard(mutex)((& x->lock));"),
        (
            'asm volatile("nop" : : "r" (x) : "memory");',
            'asm(asm volatile ( "nop" : : "r" ( x ) : "memory" ))',
        ),
        ('asm goto("x" : : : : out);', 'asm(asm goto ( "x" : : : : out ))'),
        ("; ;", "; ;"),
    ],
)
def test_statement(text: str, shape: str) -> None:
    assert " ".join(map(outline, statements(text))) == shape


def test_places() -> None:
    f = function("static int\nf(int a)\n{\n\tif (a)\n\t\treturn 1;\n\treturn 0;\n}\n")
    assert (f.place, f.body.place, f.end) == (Place("a.c", 2, 1), Place("a.c", 3, 1), Place("a.c", 7, 1))
    first = f.body.body[0]
    assert isinstance(first, c.If)
    assert (first.place, first.then.place) == (Place("a.c", 4, 2), Place("a.c", 5, 3))


def test_parameters_are_variables() -> None:
    f = function("void f(int foo, int bar) { foo * bar; }")
    assert isinstance(f.body.body[0], c.ExprStmt)


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("a\nb();", "met `b` where", 5),
        ("if a", "met `a` where `(`", 4),
        ("for (;;", "where", 5),
        ("do x; while (1)", "met `}` where `;`", 5),
        ("goto 1;", "met `1` where the name of a label", 4),
        ("else x;", "met `else` where an expression", 4),
        ("return 1 2;", "met `2` where `;`", 4),
        ("frob_for_each(x, y) { }", "where `;` after frob_for_each(...) should be", 4),
        ("case 1 2:", "met `2` where `:`", 4),
        ("asm volatile x;", "met `;` where `(`", 4),
    ],
)
def test_errors(text: str, what: str, line: int) -> None:
    with pytest.raises(LastputError) as caught:
        statements(text)
    error = caught.value
    assert what in error.what
    assert error.slug == "syntax"
    assert error.place is not None
    assert error.place.line == line


def test_a_loop_macro_that_nothing_defines_has_its_own_way_out() -> None:
    with pytest.raises(LastputError) as caught:
        statements("frob_for_each(x, y) { }")
    assert caught.value.remedy == "if frob_for_each is a loop macro, #define it"
