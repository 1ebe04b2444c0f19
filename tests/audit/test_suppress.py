"""What is said to be safe needs a reason, and is told when it is for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.audit.config import Entry, read_config
from lastput.audit.suppress import apply, comments, entries, parse
from lastput.errors import LastputError
from lastput.schema.audit import Refused, Suppression
from lastput.schema.finding import Where
from tests.audit.samples import finding

CODES = frozenset({"MOD901", "WRK901"})


def _one(text: str) -> Suppression | Refused:
    (found,) = parse("a.c", text, CODES)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "/* lastput: safe MOD901 -- the core holds it */\nput();\n",
        "put(); /* lastput: safe MOD901 -- the core holds it */\n",
        'put("http://x\\""); /* lastput: safe MOD901 -- the core holds it */\n',
        "put(); // lastput: safe MOD901 -- the core holds it\n",
        "/*\n * Some words.\n * lastput: safe MOD901 -- the core\n * holds it\n */\nput();\n",
    ],
)
def test_a_comment_covers_its_line_and_the_next(text: str) -> None:
    one = _one(text)
    assert isinstance(one, Suppression)
    assert one.reason == "the core holds it"
    line = next(number for number, row in enumerate(text.split("\n"), 1) if row.startswith("put"))
    stands, gone, unused = apply([finding(where=Where("a.c", line, 1, "f"))], [one])
    assert (len(stands), len(gone), unused) == (0, 1, [])


def test_strings_and_open_comments_are_no_trap() -> None:
    assert not list(parse("a.c", 'x = "/* lastput: safe MOD901 */";\n', CODES))
    assert not list(parse("a.c", "/*" * 100_000, CODES))


def test_it_covers_no_more() -> None:
    one = _one("/* lastput: safe MOD901 -- the core holds it */\n")
    assert isinstance(one, Suppression)
    for other in (
        finding(where=Where("a.c", 3, 1, "f")),
        finding(where=Where("b.c", 2, 1, "f")),
        finding(where=Where("a.c", 2, 1, "f"), code="WRK901"),
    ):
        assert apply([other], [one]) == ([other], [], [one])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/* lastput: safe MOD901 */", "gives no reason"),
        ("/* lastput: safe MOD901 -- */", "gives no reason"),
        ("/* lastput: safe MOD999 -- because */", "no rule is called MOD999"),
        ("/* lastput: ignore everything */", "the form is"),
    ],
)
def test_what_is_refused(text: str, says: str) -> None:
    one = _one(text)
    assert isinstance(one, Refused)
    assert says in one.what


def test_several_rules_and_odd_files(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_bytes(b"/* \xe9 */\n/* lastput: safe MOD901, WRK901 -- both */\n")
    good, refused = comments(tmp_path, ["a.c", "gone.c"], CODES)
    assert ([one.code for one in good], refused) == (["MOD901", "WRK901"], [])


def test_entries_of_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "lastput.toml"
    file.write_text(
        '[[safe]]\nrule = "MOD901"\npath = "drivers/*/a.c"\nfunction = "foo_release"\nreason = "pinned"\n'
        '[[safe]]\nrule = "MOD901"\npath = "b.c"\n'
    )
    good, refused = entries("lastput.toml", read_config(file).safe, CODES)
    assert [one.what for one in refused] == ["[[safe]] number 2 gives no reason"]
    other = finding(where=Where("drivers/x/a.c", 30, 1, "bar_release"))
    stands, gone, _ = apply([finding(), other], good)
    assert (stands, [one for one, _ in gone]) == ([other], [finding()])
    assert entries("x", [Entry("MOD999", "a.c", "why")], CODES)[1]


@pytest.mark.parametrize(
    "text", ["[audit]\nspeed = 1\n", "[audit", "\xff", '[audit]\nconfidence = "vague"\n']
)
def test_a_bad_configuration_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "lastput.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(LastputError) as error:
        read_config(file)
    assert error.value.slug == "bad-config"
