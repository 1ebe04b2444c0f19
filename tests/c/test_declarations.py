from __future__ import annotations

import pytest

from lastput.c import syntax as c
from lastput.errors import LastputError
from tests.c.helpers import function, kind, show, statements, unit


def declared(text: str) -> list[tuple[str, str]]:
    return [
        (item.name, kind(item.type))
        for item in unit(text).items
        if isinstance(item, c.Declaration | c.TypedefDef | c.FunctionStub)
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("int a, *b, c[3], d(void);", ["int", "pointer to int", "array[3] of int", "function() giving int"]),
        ("unsigned long x;", ["unsigned long"]),
        ("long long unsigned int x;", ["long long unsigned int"]),
        ("const char *const x;", ["const pointer to const char"]),
        ("int x[2][3];", ["array[2] of array[3] of int"]),
        ("int (*x)[3];", ["pointer to array[3] of int"]),
        ("int *x[3];", ["array[3] of pointer to int"]),
        ("int (*f)(int, char *);", ["pointer to function(int, pointer to char) giving int"]),
        ("int (*f[2])(void);", ["array[2] of pointer to function() giving int"]),
        (
            "void (*signal(int n, void (*f)(void)))(int);",
            ["function(int, pointer to function() giving void) giving pointer to function(int) giving void"],
        ),
        ("int printf(const char *f, ...);", ["function(pointer to const char, ...) giving int"]),
        ("u32 x;", ["u32"]),
        ("atomic_t x;", ["named atomic_t"]),
        ("foo x; bar *y;", ["named foo", "pointer to named bar"]),
        ("int f(foo, foo *, struct a);", ["function(named foo, pointer to named foo, struct a) giving int"]),
        ("struct a *x;", ["pointer to struct a"]),
        ("typeof(x) y;", ["typeof x"]),
        ("typeof(struct a *) y;", ["pointer to struct a"]),
        ("enum e x;", ["enum e"]),
        # Attributes, wherever the kernel puts them.
        ("static int __init f(void) __acquires(x);", ["function() giving int"]),
        ("static struct a x __read_mostly __aligned(8);", ["struct a"]),
        ("static struct a __x __read_mostly = { 0 };", ["struct a"]),
        ("__printf(1, 2) void f(const char *, ...);", ["function(pointer to const char, ...) giving void"]),
        ("__attribute__((noinline)) void f(void);", ["function() giving void"]),
        ("static __always_inline __foo_words void f(void);", ["function() giving void"]),
        ("static phys_addr_t __init_memblock f(void);", ["function() giving phys_addr_t"]),
        ("static __noinstr_like struct a *f(void);", ["function() giving pointer to struct a"]),
        ("void __user *x;", ["pointer to void"]),
        ("struct a __rcu *x, __percpu *y;", ["pointer to struct a", "pointer to struct a"]),
        ("asmlinkage __visible void f(void);", ["function() giving void"]),
        ('extern int x asm("y");', ["int"]),
    ],
)
def test_declaration(text: str, names: list[str]) -> None:
    assert [k for _, k in declared(text)] == names


def test_storage_and_initialiser() -> None:
    (x, y) = unit("static int x = 1; extern int y;").items
    assert isinstance(x, c.Declaration)
    assert isinstance(y, c.Declaration)
    assert (x.storage, show(x.init), y.storage, y.init) == ("static", "1", "extern", None)


def test_struct() -> None:
    text = """
    struct a {
        int x, *y;
        struct list_head link;
        union { int u; struct { int v; }; };
        unsigned f:1, :3, g:4;
        struct b { int z; } b;
        void (*fn)(struct a *);
        DECLARE_BITMAP(map, 64);
        char name[];
        struct c __rcu *c;
    } __packed;
    """
    (b, a) = unit(text).items
    assert isinstance(a, c.StructDef)
    assert isinstance(b, c.StructDef)
    assert (a.type.name, b.type.name, kind(b.type)) == ("a", "b", "struct {z: int}")
    assert [(f.name, kind(f.type)) for f in a.type.fields or ()] == [
        ("x", "int"),
        ("y", "pointer to int"),
        ("link", "struct list_head"),
        ("", "union {u: int; : struct {v: int}}"),
        ("f", "unsigned"),
        ("g", "unsigned"),
        ("b", "struct b"),
        ("fn", "pointer to function(pointer to struct a) giving void"),
        ("map", "array[64] of unsigned long"),
        ("name", "array[] of char"),
        ("c", "pointer to struct c"),
    ]
    assert [show(f.bits) for f in a.type.fields or () if f.bits] == ["1", "4"]


def test_tags_come_before_what_uses_them() -> None:
    items = unit(
        "struct a { int x; } v; enum e { A, B = 2 } w; typedef struct { int y; } t; struct fwd;"
    ).items
    assert [type(i).__name__ for i in items] == [
        "StructDef",
        "Declaration",
        "EnumDef",
        "Declaration",
        "TypedefDef",
    ]
    enum = items[2]
    assert isinstance(enum, c.EnumDef)
    assert [(n, show(v)) for n, v in enum.members] == [("A", ""), ("B", "2")]


def test_tags_within_a_function() -> None:
    f = function("void f(void) { struct a { int x; } v; enum { A } w; typedef int t; t *p; }")
    assert [type(t).__name__ for t in f.tags] == ["StructDef", "EnumDef", "TypedefDef"]
    assert len(f.body.body) == 4


def test_typedef_names_are_types_from_there_on() -> None:
    typedefs: set[str] = set()
    unit("typedef struct x *foo, (*bar)(int);", typedefs=typedefs)
    assert typedefs == {"foo", "bar"}


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("foo x;", ["named foo"]),
        ("foo *x, y;", ["pointer to named foo", "named foo"]),
        ("foo *x = y;", ["pointer to named foo"]),
        ("foo **x;", ["pointer to pointer to named foo"]),
        ("foo *x[3];", ["array[3] of pointer to named foo"]),
        ("foo const *x;", ["pointer to const named foo"]),
        ("struct a *x __free(kfree) = y;", ["pointer to struct a"]),
        ("__auto_type x = y;", ["typeof y"]),
        ("u64 (*f)(void) = y;", ["pointer to function() giving u64"]),
        ("static const struct a x[] = { { 1 } };", ["array[] of const struct a"]),
        ("int __maybe_unused x;", ["int"]),
        ("__maybe_unused int x;", ["int"]),
    ],
)
def test_local_declarations(text: str, types: list[str]) -> None:
    (statement,) = statements(text)
    assert isinstance(statement, c.DeclarationStmt)
    assert [kind(d.type) for d in statement.declarations] == types


def test_cleanup_is_kept() -> None:
    (statement,) = statements("struct a *x __free(kfree) = y, *z;")
    assert isinstance(statement, c.DeclarationStmt)
    assert [d.cleanup for d in statement.declarations] == ["__free(kfree)", ""]
    (statement,) = statements("int x __attribute__((cleanup(f)));")
    assert isinstance(statement, c.DeclarationStmt)
    assert statement.declarations[0].cleanup == "__attribute__((cleanup(f)))"


@pytest.mark.parametrize("text", ["a * b;", "a * b = c;"])
def test_a_product_of_variables_is_none(text: str) -> None:
    (_, statement) = statements(f"int a; {text}")
    assert isinstance(statement, c.ExprStmt)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("int;x", "met the end where"),
        ("int 3;", "met `3` where a name"),
        ("struct { int x }", "met `}` where `;`"),
        ("struct;", "name of a struct or its body"),
        ("enum { 1 };", "met `1` where the name of an enum constant"),
        ("int f(int x", "met the end where `)`"),
        ("static;", "met `;` where a type"),
        ("int x = ;", "met `;` where an expression"),
        ("int f(void) { return 0;", "a `}` that closes this `{`"),
        ("struct a { FOO(x); };", "met `FOO` where a member"),
    ],
)
def test_errors(text: str, what: str) -> None:
    with pytest.raises(LastputError) as caught:
        unit(text)
    assert what in caught.value.what
    assert caught.value.slug == "syntax"
