"""The first comment of a litmus file."""

from __future__ import annotations

import pytest

from lastput.errors import LastputError
from lastput.model.header import Expected, read_header


def test_a_header_says_what_is_asked_and_answered() -> None:
    header = read_header(
        "/*\n * Result: unmapped-text (kvm), leak\n *\n * May it\n * go? No.\n *\n * Claims: C1, C2\n"
        " * Options: workers=2 define A=1\n */\n",
        "t.c",
    )
    assert header.expected == (Expected("unmapped-text", "kvm"), Expected("leak"))
    assert header.question == "May it go?"
    assert header.claims == ("C1", "C2")
    assert header.options == ("workers=2", "define A=1")


def test_a_release_may_have_an_answer_of_its_own() -> None:
    header = read_header("/*\n * Result: safe\n * Result (6.1, 5.15): leak\n */", "t.c")
    assert header.expected_on("6.12") == ()
    assert header.expected_on("6.1") == header.expected_on("5.15") == (Expected("leak"),)
    assert header.expected_on("") == ()


@pytest.mark.parametrize("line", ["Result: sfae", "Result (Debian): safe", "Result (6.1): good"])
def test_what_is_no_answer_is_refused(line: str) -> None:
    with pytest.raises(LastputError) as error:
        read_header(f"/*\n * {line}\n */", "t.c")
    assert error.value.slug == "result-line"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("Reslut: leak", "Result"),
        ("result: leak", "Result"),
        ("Results: leak", "Result"),
        ("Result : leak", "Result"),
        ("Resutl (6.1): leak", "Result"),
        ("Option: irqs", "Options"),
        ("Claim: C1", "Claims"),
    ],
)
def test_what_is_almost_a_field_is_refused(line: str, meant: str) -> None:
    with pytest.raises(LastputError, match=r"is no line of a header") as error:
        read_header(f"/*\n * {line}\n */", "t.c")
    assert error.value.slug == "header-line" and f"'{meant}:'" in error.value.remedy


@pytest.mark.parametrize(
    "line", ["Restart: a thread that", "Note: it ends", "Models: kernel/fork.c", "https://x"]
)
def test_other_lines_with_a_colon_are_prose(line: str) -> None:
    assert read_header(f"/*\n * {line}\n */", "t.c").text == line
