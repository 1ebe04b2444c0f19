"""Colour for text that says the same without it."""

from __future__ import annotations

__all__ = ["mark"]

import io


def mark(text: str, styles: dict[str, str]) -> str:
    """``text`` with the matches of each pattern in its style (rich's names), as ANSI escapes."""
    from rich.console import Console
    from rich.text import Text

    marked = Text(text)
    for pattern, style in styles.items():
        marked.highlight_regex(pattern, style)
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system="standard", width=10_000, soft_wrap=True)
    console.print(marked, end="", highlight=False)
    return out.getvalue()
