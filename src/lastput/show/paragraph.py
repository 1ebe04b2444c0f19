"""Plain text to be pasted into mails and commit messages: ASCII, wrapped, commands continued by backslash."""

from __future__ import annotations

__all__ = ["WIDTH", "command", "plain", "room", "wrap"]

import textwrap

WIDTH = 72
_LEAST = 40


def room(asked: int) -> int:
    """The columns of a text: ``asked``, but at least 40; 0 asks for 72."""
    return max(asked, _LEAST) if asked else WIDTH


def plain(text: str) -> str:
    """The text in ASCII; what has no place in it becomes a question mark."""
    return text.encode("ascii", "replace").decode()


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most ``width`` columns, if no word is longer: words stay whole, for they are names."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


def command(words: list[str], width: int) -> list[str]:
    """A command for a shell, continued with backslashes where it is too long."""
    rows = ["  " + words[0]]
    for word in words[1:]:
        if len(rows[-1]) + 1 + len(word) + 2 > width:
            rows[-1] += " \\"
            rows.append(f"    {word}")
        else:
            rows[-1] += f" {word}"
    return rows
