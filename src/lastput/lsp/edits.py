"""From bytes of a file to the lines and characters of the protocol, and patches as edits of an editor."""

from __future__ import annotations

__all__ = ["span", "whole_line", "workspace_edit"]

from lsprotocol.types import Position, Range, TextEdit, WorkspaceEdit

from lastput.schema.patch import Patch


def whole_line(text: str, line: int) -> Range:
    """A line, counted from 1, without the blanks around it."""
    lines = text.split("\n")
    at = max(0, min(line, len(lines)) - 1)
    row = lines[at]
    start = len(row) - len(row.lstrip())
    return Range(Position(at, _units(row[:start])), Position(at, _units(row.rstrip())))


def span(content: bytes, start: int, end: int) -> Range:
    """Bytes of a file as a range."""
    return Range(_position(content, start), _position(content, end))


def workspace_edit(uri: str, path: str, text: str, patch: Patch) -> WorkspaceEdit | None:
    """A patch of one file; None if it edits another one as well."""
    content = text.encode("utf-8", "surrogateescape")
    if any(one.path != path for one in patch.edits):
        return None
    edits = [TextEdit(span(content, one.start, one.end), one.new) for one in patch.edits]
    return WorkspaceEdit(changes={uri: edits})


def _position(content: bytes, offset: int) -> Position:
    before = content[:offset].decode("utf-8", "surrogateescape")
    row = before.count("\n")
    return Position(row, _units(before.rpartition("\n")[2]))


def _units(text: str) -> int:
    """UTF-16 code units, in which the protocol counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
