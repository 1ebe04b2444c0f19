"""Edits on text: applied, made into a diff, and told apart from what cannot be applied."""

from __future__ import annotations

__all__ = ["apply", "diff", "edited"]

import difflib
from collections.abc import Callable, Iterable, Sequence

from lastput.schema.patch import Edit


def apply(content: bytes, edits: Sequence[Edit]) -> bytes:
    """``content`` with all of ``edits``, which are of one file, in any order.

    Raises ValueError if two overlap or one ends outside.
    """
    parts: list[bytes] = []
    last = 0
    for one in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not last <= one.start <= one.end <= len(content):
            raise ValueError(f"an edit of {one.path} overlaps another, or ends outside of it")
        parts += (content[last : one.start], one.new.encode("utf-8", "surrogateescape"))
        last = one.end
    return b"".join((*parts, content[last:]))


def edited(edits: Iterable[Edit], read: Callable[[str], bytes]) -> dict[str, bytes]:
    """The files that ``edits`` change, as they are after it. Raises OSError, ValueError."""
    by_path: dict[str, list[Edit]] = {}
    for one in edits:
        by_path.setdefault(one.path, []).append(one)
    return {path: apply(read(path), some) for path, some in sorted(by_path.items())}


def diff(before: dict[str, bytes], after: dict[str, bytes]) -> str:
    """A unified diff as git writes it, three lines of context. What is not UTF-8 is kept as surrogates."""
    parts: list[str] = []
    for path in sorted(after):
        old, new = (_lines(one[path]) for one in (before, after))
        rows = list(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))
        if rows:
            parts.append(f"diff --git a/{path} b/{path}\n")
            parts += [row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows]
    return "".join(parts)


def _lines(content: bytes) -> list[str]:
    """Lines with their ends; only a newline ends one."""
    text = content.decode("utf-8", "surrogateescape")
    return [line + "\n" for line in text.split("\n")[:-1]] + (
        [text.rpartition("\n")[2]] if text[-1:] not in ("", "\n") else []
    )
