from __future__ import annotations

from lastput.c.lex import lex
from lastput.errors import Place


def kinds(text: str) -> list[tuple[str, str]]:
    return [(t.kind, t.text) for t in lex(text, "a.c")]


def test_every_kind() -> None:
    assert kinds('a->b ... 0x1fUL 1.5e+3 "s\\"t" \'c\' L\'x\' u8"y" <<= # ## $d') == [
        ("ident", "a"),
        ("punct", "->"),
        ("ident", "b"),
        ("punct", "..."),
        ("number", "0x1fUL"),
        ("number", "1.5e+3"),
        ("string", '"s\\"t"'),
        ("char", "'c'"),
        ("char", "L'x'"),
        ("string", 'u8"y"'),
        ("punct", "<<="),
        ("punct", "#"),
        ("punct", "##"),
        ("ident", "$d"),
    ]


def test_operators_take_the_longest() -> None:
    assert [t for _, t in kinds("a+++b>>=c--->d.e..f/=g")] == (
        ["a", "++", "+", "b", ">>=", "c", "--", "->", "d", ".", "e", ".", ".", "f", "/=", "g"]
    )


def test_places_count_over_comments_and_continued_lines() -> None:
    text = "a /* x\n y */ b // c \\\n still c\nd \\\n  e\n\tf"
    assert [(t.text, t.line, t.column, t.first) for t in lex(text, "a.c")] == [
        ("a", 1, 1, True),
        ("b", 2, 7, False),
        ("d", 4, 1, True),
        ("e", 5, 3, False),
        ("f", 6, 2, True),
    ]
    assert lex("\n  x", "a.c")[0].place == Place("a.c", 2, 3)


def test_space_is_noted() -> None:
    assert [t.space for t in lex("a b(c) /**/d\ne", "a.c")] == [False, True, False, False, False, True, True]


def test_what_is_no_c_is_a_bad_token() -> None:
    assert kinds("a @ \x00 \xe9 ` ' \"\nb") == [
        ("ident", "a"),
        ("bad", "@"),
        ("bad", "\x00"),
        ("bad", "\xe9"),
        ("bad", "`"),
        ("bad", "'"),
        ("bad", '"'),
        ("ident", "b"),
    ]


def test_comment_without_end_is_one_bad_token() -> None:
    assert kinds("a /* b\nc") == [("ident", "a"), ("bad", "/*")]
