"""The runner of the rule pages: what it takes from a page, and what it lets pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.schema.finding import Where
from tests.audit.pages import check, expected, make_tree, read_cases
from tests.audit.samples import finding

_PAGE = """\
# A rule

Words, and a block that is no file:

```
$ make
```

## Bad: one
```c drivers/x/foo.c
int foo(void)
{
	module_put(THIS_MODULE); /* !MOD901 O */
}
```
```report
text
```

### Fixed: two
```c drivers/x/foo.c
int foo(void); /* ok MOD901 */
```
```make drivers/x/Makefile
obj-y += foo.o
```
"""
_FILE = {"a.c": "put(); /* !MOD901 O */\nput(); /* ok MOD901 */\nput(); /* ?MOD901 */\n"}


def test_a_page_is_a_list_of_trees(tmp_path: Path) -> None:
    page = tmp_path / "x.md"
    page.write_text(_PAGE)
    bad, fixed = read_cases(page)
    assert (bad.name, bad.report, fixed.name) == ("x: Bad: one", "text\n", "x: Fixed: two")
    assert expected(bad.files) == {("drivers/x/foo.c", 3, "MOD901", "!"): "O"}
    make_tree(tmp_path / "bad", bad.files)
    assert "MOD901" not in (tmp_path / "bad/drivers/x/foo.c").read_text()
    assert (tmp_path / "bad/drivers/x/Makefile").read_text() == "obj-m += foo.o\n"
    assert (tmp_path / "bad/drivers/Makefile").read_text() == "obj-y += x/\n"
    make_tree(tmp_path / "fixed", fixed.files)
    assert (tmp_path / "fixed/drivers/x/Makefile").read_text() == "obj-y += foo.o\n"


def test_an_open_block_is_told(tmp_path: Path) -> None:
    page = tmp_path / "x.md"
    page.write_text("## Bad\n```c a.c\nint x;\n")
    with pytest.raises(ValueError, match="does not end"):
        read_cases(page)


def test_marks_and_judgements_must_agree() -> None:
    bug = finding(where=Where("a.c", 1))
    safe = finding(where=Where("a.c", 2), verdict="safe", kind="U")
    low = finding(where=Where("a.c", 3), confidence="low")
    assert check([bug, safe, low], _FILE, ["MOD901"]) == []
    assert check([safe, low], _FILE, ["MOD901"]) == ["a.c:1: ! MOD901 is expected"]
    assert check([bug, low], _FILE, ["MOD901"]) == ["a.c:2: ok MOD901 is expected"]
    wrong = finding(where=Where("a.c", 1), kind="D")
    assert check([wrong, safe, low], _FILE, ["MOD901"]) == ["a.c:1: MOD901 has class D, not O"]
    more = finding(where=Where("a.c", 9, 1))
    assert check([bug, safe, low, more], _FILE, ["MOD901"]) == [
        f"a.c:9:1: ! MOD901 is not expected: {more.message}"
    ]
    assert check([], _FILE, ["WRK901"]) == []
