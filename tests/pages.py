"""The pages of the documentation, and the command lines of lastput in them."""

from __future__ import annotations

__all__ = ["EXAMPLE", "PAGES", "ROOT", "commands", "name_of"]

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

#: A command and what it prints: the whole, the command, what is printed, the end.
EXAMPLE = re.compile(r"(```\n\$ lastput ([^\n]*)\n)(.*?)(```\n)", re.DOTALL)
_INDENTED = re.compile(r"^(?: {4,}|\t)(.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def name_of(path: Path) -> str:
    """The name of a page."""
    return path.relative_to(ROOT).as_posix()


def commands() -> list[tuple[Path, str]]:
    """Each command line that is shown without output, up to a comment, a pipe or a redirection."""
    found = []
    for path in PAGES:
        text = EXAMPLE.sub("", path.read_text())
        lines = _INDENTED.findall(text)
        lines += [line for block in _FENCED.findall(text) for line in block.splitlines()]
        for line in lines:
            for command in re.findall(r"(?:^|\| |&& )\$? ?lastput ([a-z][^|>#&]*)", line.strip()):
                found.append((path, command.strip()))
    return found
