"""The files of the modelled kernel: small, cited, and each operation used by a test of the shelf."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent.parent
_KERNEL = _ROOT / "src" / "lastput" / "kernel"
_FILES = sorted(path for path in _KERNEL.iterdir() if path.suffix in (".c", ".h"))
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_FUNCTION = re.compile(r"^static [^\n;={]*?\b(\w+)\([^;{]*?\)\n\{", re.MULTILINE)
_MACRO = re.compile(r"^#define (\w+)\(", re.MULTILINE)

#: Macros that are nothing, whatever their arguments.
_SILENT = re.compile(r"#define (\w+)\(\.\.\.\) \(\(void\)0\)|#define (dump_stack|BUILD_BUG)\(")


def _names(pattern: re.Pattern[str]) -> dict[str, str]:
    """What ``pattern`` finds, with the file it is in."""
    return {name: path.name for path in _FILES for name in pattern.findall(path.read_text())}


@pytest.mark.parametrize("path", _FILES, ids=lambda p: p.name)
def test_file_says_what_it_models(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("/*\n * "), "a head comment comes first"
    head = text[: text.index("*/")]
    assert text.count("\n") <= 250
    if path.name != "lastput.h":
        assert "Models " in head, "say what real code this stands for"


def test_everything_is_included() -> None:
    included = set(re.findall(r'#include "(.+?)"', (_KERNEL / "lastput.h").read_text()))
    assert included == {path.name for path in _FILES} - {"lastput.h"}


def test_every_operation_is_used_by_a_litmus_test() -> None:
    words = set()
    for path in sorted((_ROOT / "litmus").glob("*/*.[ch]")):
        words |= set(re.findall(r"\w+", path.read_text()))
    inside = " ".join(path.read_text() for path in _FILES)
    silent = {one or two for one, two in _SILENT.findall(inside)}
    code = Counter(re.findall(r"\w+", _COMMENT.sub("", inside)))
    missing = [
        f"{file}: {name}"
        for name, file in {**_names(_FUNCTION), **_names(_MACRO)}.items()
        if name not in words and name not in silent and code[name] < 2
    ]
    assert not missing, missing
