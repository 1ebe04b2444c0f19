"""What CMake and configure scripts say of the Makefiles that they write. Nothing of them is run."""

from __future__ import annotations

__all__ = ["generated_makefiles", "settings"]

import re
from collections.abc import Iterator

_SET = re.compile(
    r"^\s*set\s*\(\s*(\w+)\s+\"?([\w./-]+)\"?\s*(?:CACHE\b[^)]*)?\)", re.MULTILINE | re.IGNORECASE
)
_SHELL = re.compile(r"^\s*([A-Za-z_]\w*)=[\"']?([\w./-]+)[\"']?\s*$", re.MULTILINE)
_TEXT = re.compile(r"\[(=*)\[(.*?)\]\1\]|\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)


def settings(text: str) -> Iterator[tuple[str, str]]:
    """Names that are set to a plain word: ``set(NAME word)`` and ``NAME=word``."""
    for match in (*_SET.finditer(text), *_SHELL.finditer(text)):
        yield match[1], match[2]


def generated_makefiles(text: str) -> Iterator[str]:
    """The strings of a CMakeLists.txt that read like a Kbuild file. ``${NAME}`` is the same in both."""
    for match in _TEXT.finditer(text):
        inside = match[2] if match[2] is not None else re.sub(r"\\(.)", _unescape, match[3])
        if re.search(r"^\s*obj-", inside, re.MULTILINE):
            yield inside


def _unescape(match: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(match[1], match[1])
