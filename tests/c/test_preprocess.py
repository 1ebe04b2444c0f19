from __future__ import annotations

import pytest

from lastput.c.preprocess import Preprocessor
from lastput.errors import LastputError, Place
from tests.c.helpers import expanded


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("#define A 1\nA B", "1 B"),
        ("#define A\nA x", "x"),
        ("#define F(a, b) b a\nF(1, (2, 3))", "( 2 , 3 ) 1"),
        ("#define F(a) a\nF (1) F\n(2) F", "1 2 F"),
        ("#define F() x\nF() F(  )", "x x"),
        ("#define F(a) [a]\nF()", "[ ]"),
        # A macro is not expanded within itself.
        ("#define f(x) f(x + 1)\nf(f(0))", "f ( f ( 0 + 1 ) + 1 )"),
        ("#define a b\n#define b a\na b", "a b"),
        ("#define foo(x) bar x\nfoo(foo)(2)", "bar foo ( 2 )"),
        # Prosser's rule: the closing parenthesis has its say on what stays hidden.
        ("#define N(x) x\n#define G0(a) N(G1)(a)\n#define G1(a) N(a)\nG0(42)", "42"),
        # Arguments are expanded, except beside # and ##.
        ("#define A 1\n#define S(x) #x x\nS(A)", '"A" 1'),
        ("#define A 1\n#define P(x, y) x##y\nP(A, A) P(A,) P(,)", "AA 1"),
        ("#define S(x) #x\nS( a  + \"b\\n\" '\\0' )", '"a + \\"b\\\\n\\" \'\\\\0\'"'),
        ("#define P(a, b) a ## b\nP(-, >) P(1, 2) P(x, (y))", "-> 12 x ( y )"),
        # Variadic, as C has it and as GNU does.
        ("#define V(...) f(__VA_ARGS__)\nV() V(1) V(1, 2)", "f ( ) f ( 1 ) f ( 1 , 2 )"),
        ("#define V(f, a...) f(a)\nV(g) V(g, 1, 2)", "g ( ) g ( 1 , 2 )"),
        ("#define V(f, ...) p(f, ##__VA_ARGS__)\nV(x) V(x, 1, 2)", "p ( x ) p ( x , 1 , 2 )"),
        ("#define V(f, a...) p(f, ##a)\nV(x) V(x, y)", "p ( x ) p ( x , y )"),
        ("#define V(f, ...) p(f __VA_OPT__(,) __VA_ARGS__)\nV(x) V(x, 1)", "p ( x ) p ( x , 1 )"),
        ("#define C(_, a, b, n, ...) n\n#define N(x...) C(_, ##x, 2, 1, 0)\nN() N(a) N(a, b)", "0 1 2"),
        ("#define A 1\n#undef A\nA", "A"),
        ("#define A 1\n#define A 2\nA", "2"),
        ("#define A \\\n  1 /* x\n */ + 2\nA", "1 + 2"),
        ('#pragma once\n#\n# 33 "x"\n#warning don\'t\nx', "x"),
        ("x __LINE__\n__LINE__ __COUNTER__ __COUNTER__ __FILE__", 'x 1 2 0 1 "a.c"'),
        ("#define L __LINE__\n\nL", "3"),
        # A directive within the arguments of a macro.
        ("#define F(x) x\nF(a\n#ifdef B\nb\n#else\nc\n#endif\n)", "a c"),
    ],
)
def test_expansion(text: str, result: str) -> None:
    assert expanded(text) == result


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("1", True),
        ("0", False),
        ("UNKNOWN", False),
        ("defined(ONE) && !defined NONE", True),
        ("IS_ENABLED(CONFIG_Y) && IS_ENABLED(CONFIG_M) && !IS_ENABLED(CONFIG_N)", True),
        ("IS_BUILTIN(CONFIG_M) || IS_MODULE(CONFIG_Y)", False),
        ("IS_REACHABLE(CONFIG_M) && IS_MODULE(CONFIG_M)", True),
        ("1 + 2 * 3 == 7 && (1 + 2) * 3 == 9", True),
        ("-1 < 0 && ~0 == -1 && 7 / -2 == -3 && 7 % -2 == 1", True),
        ("1 ? 0 : 1", False),
        ("0 ? 1 : 0 ? 1 : 5", True),
        ("0 && 1 / 0", False),
        ("1 || 1 % 0", True),
        ("'a' == 97 && 0x10UL == 020 + 0 && '\\n' == 10", True),
        ("1 << 63 < 0 && 1 << 64 == 1", True),
        ("ONE == 1 && SUM(1, 2) == 3", True),
        ("__has_attribute(__foo__)", False),
        ("!defined(__has_attribute)", True),
        ("HAS", True),
    ],
)
def test_conditions(condition: str, holds: bool) -> None:
    macros = {
        "ONE": "1",
        "CONFIG_Y": "1",
        "CONFIG_M_MODULE": "1",
        "SUM(a, b)": "a + b",
        "HAS": "defined(ONE)",
    }
    assert expanded(f"#if {condition}\nyes\n#else\nno\n#endif", macros) == ("yes" if holds else "no")


def test_groups() -> None:
    text = "#if 0\n#if 1\na\n#else\nb\n#endif\n#error no\n#elif X == 2\nc\n"
    text += "#elif nonsense(\nd\n#else\ne\n#endif f\nz"
    assert expanded(text, {"X": "2"}) == "c z"
    assert expanded("#ifdef A\n1\n#endif\n#ifndef A\n2\n#endif\n#if A\n#elif 1\n3\n#endif") == "2 3"
    assert expanded("#if 0\ndon't \"\n#endif\nx") == "x"


def test_is_enabled_in_code() -> None:
    assert expanded("IS_ENABLED(CONFIG_A) IS_ENABLED(CONFIG_B)", {"CONFIG_A": "1"}) == "1 0"
    assert expanded("#define F(x) IS_ENABLED(x)\nF(CONFIG_A)", {"CONFIG_A": "1"}) == "1"


def test_places_are_those_the_author_wrote() -> None:
    text = "#define INNER x\n#define F(a) (INNER + a)\n  F(\n b) ;"
    tokens = Preprocessor().run(text, "a.c")
    assert [(t.text, t.line, t.column) for t in tokens] == [
        ("(", 3, 3),
        ("x", 3, 3),
        ("+", 3, 3),
        ("b", 4, 2),
        (")", 3, 3),
        (";", 4, 5),
    ]


def test_include() -> None:
    asked: list[tuple[str, bool, Place]] = []

    def include(name: str, angled: bool, place: Place) -> str | None:
        asked.append((name, angled, place))
        return "#define A 7\na" if name == "sub/x.h" else None

    pre = Preprocessor({"NAME": '"y.h"'}, include)
    tokens = pre.run('#include <sub/x.h>\n#include "z.h"\n#include NAME\nA', "a.c")
    assert [(t.text, t.file, t.line) for t in tokens] == [("a", "sub/x.h", 2), ("7", "a.c", 4)]
    assert asked == [
        ("sub/x.h", True, Place("a.c", 1, 1)),
        ("z.h", False, Place("a.c", 2, 1)),
        ("y.h", False, Place("a.c", 3, 1)),
    ]


def test_macros_live_on_and_forks_part() -> None:
    pre = Preprocessor()
    pre.run("#define A 1", "a.c")
    other = pre.fork()
    other.run("#define B 2\n#undef A", "b.c")
    assert [t.text for t in pre.run("A B", "c.c")] == ["1", "B"]
    assert [t.text for t in other.run("A B", "c.c")] == ["A", "2"]


@pytest.mark.parametrize(
    ("text", "slug", "line"),
    [
        ("\n#if 1\n", "directive", 2),
        ("#endif", "directive", 1),
        ("#else", "directive", 1),
        ("#if 1\n#else\n#else\n#endif", "directive", 3),
        ("#if 0\n#else\n#elif 1\n#endif", "directive", 3),
        ("#ifdef\n#endif", "directive", 1),
        ("#define", "directive", 1),
        ("#define F(a", "directive", 1),
        ("#define F(1) x", "directive", 1),
        ("#undef 1", "directive", 1),
        ("#include x", "directive", 1),
        ("#frobnicate", "directive", 1),
        ("#error no good", "hash-error", 1),
        ("#if\n#endif", "condition", 1),
        ("#if 1 +\n#endif", "condition", 1),
        ("#if 1 / 0\n#endif", "condition", 1),
        ("#if FOO(1)\n#endif", "condition", 1),
        ("#if 1.5\n#endif", "condition", 1),
        ("#if defined(\n#endif", "condition", 1),
        ("#if " + "(" * 500 + "1\n#endif", "nesting", 1),
        ("#define F(x) x\n" + "F(" * 300 + ")" * 300, "nesting", 2),
        (
            "#define A0 x x\n" + "".join(f"#define A{i} A{i - 1} A{i - 1}\n" for i in range(1, 40)) + "A39",
            "macro-size",
            41,
        ),
    ],
)
def test_errors(text: str, slug: str, line: int) -> None:
    with pytest.raises(LastputError) as caught:
        expanded(text)
    assert (caught.value.slug, caught.value.place and caught.value.place.line) == (slug, line)
    assert caught.value.remedy


def test_files_of_a_kernel_tree_are_read_on() -> None:
    text = "#error no\na\n#if FOO(1)\nb\n#else\nc\n#endif\n#endif\n#define\n#if 1\nd\n"
    tokens = Preprocessor().run(text, "a.c", strict=False)
    assert [(t.kind, t.text, t.line) for t in tokens] == [
        ("refused", "#error no", 1),
        ("ident", "a", 2),
        ("refused", "#if cannot be evaluated: FOO() is not defined", 3),
        ("ident", "c", 6),
        ("refused", "#endif without #if", 8),
        ("refused", "#define without a name", 9),
        ("ident", "d", 11),
        ("refused", "this #if has no #endif", 10),
    ]


def test_endless_include() -> None:
    pre = Preprocessor(include=lambda name, angled, place: '#include "a.h"\n')
    with pytest.raises(LastputError, match="within itself"):
        pre.run('#include "a.h"', "a.c")


@pytest.mark.parametrize("text", ["F(1)", "F(1, 2, 3)", "F(1, 2"])
def test_a_call_that_does_not_fit_is_refused_where_it_is_parsed(text: str) -> None:
    (token,) = Preprocessor({"F(a, b)": "a"}).run(text, "a.c")
    assert (token.kind, token.line) == ("refused", 1)
    assert "macro F" in token.text
