"""Each row of the tables of counted things: what a getter gives has one reference, which its putter ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lastput.engine.search import check
from lastput.engine.verdict import Options
from lastput.model.compile import compile_text

_KERNEL = Path(__file__).parent.parent.parent / "src" / "lastput" / "kernel"
_ROW = re.compile(r"^(TOKEN_\w+|FWNODE_\w+)\((.+)\)$", re.MULTILINE)
_MAY_LEAK = {"sk_buff"}
_ARGUMENTS = {
    "TOKEN_FIND": "NULL",
    "TOKEN_NEXT": "NULL",
    "TOKEN_NEXT_OF": "NULL, NULL",
    "FWNODE_FIND": "NULL",
    "FWNODE_NEXT_OF": "NULL, NULL",
}


def _rows() -> dict[str, list[tuple[str, str]]]:
    """By counted struct: the getters with their arguments, and the putters with none."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(_KERNEL.glob("*.c")):
        for row, cells in _ROW.findall(path.read_text()):
            words = [cell.strip() for cell in cells.split(",")]
            tag = "fwnode_handle" if row.startswith("FWNODE") else words[0]
            if row in _ARGUMENTS:
                found.setdefault(tag, []).append((words[-1], _ARGUMENTS[row]))
            elif row == "TOKEN_PUT":
                found.setdefault(tag, []).append((words[-1], ""))
    found["fwnode_handle"].append(("fwnode_handle_put", ""))
    found["regulator"].append(("regulator_put", ""))
    return found


_ROWS = _rows()


def _getters(tag: str) -> list[tuple[str, str]]:
    return [(name, arguments) for name, arguments in _ROWS[tag] if arguments]


def _putter(tag: str) -> str:
    return next(name for name, arguments in _ROWS[tag] if not arguments)


def _verdict(tag: str, body: str) -> list[str]:
    pool = "device_node" if tag == "fwnode_handle" else tag
    text = f"#include <lastput.h>\nPOOL(struct {pool}, 64);\nTHREAD(user) {{ struct {tag} *got; {body} }}\n"
    result = check(compile_text(text, f"{tag}.c").program, Options())
    assert result.complete
    return sorted({finding.error.slug for finding in result.findings})


@pytest.mark.parametrize("tag", sorted(tag for tag in _ROWS if _getters(tag)))
def test_one_get_one_put(tag: str) -> None:
    put = _putter(tag)
    calls = [f"got = {name}({arguments});" for name, arguments in _getters(tag)]
    assert _verdict(tag, " ".join(f"{call} {put}(got);" for call in calls)) == []
    assert _verdict(tag, calls[-1]) == ([] if tag in _MAY_LEAK else ["leak"])
    assert _verdict(tag, f"{calls[-1]} {put}(got); {put}(got);") == ["use-after-free"]
    assert _verdict(tag, f"got = NULL; {put}(got);") == []


def test_the_tables_are_read() -> None:
    assert sum(len(_getters(tag)) for tag in _ROWS) > 90
