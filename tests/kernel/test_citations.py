"""Each ``file:line`` that the modelled kernel cites is where Linux 6.12 defines what is cited."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path

import pytest

_KERNEL = Path(__file__).parent.parent.parent / "src" / "lastput" / "kernel"
_FILES = sorted(path for path in _KERNEL.iterdir() if path.suffix in (".c", ".h"))
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CITATION = re.compile(r"([a-z][\w/.-]+/[\w.-]+\.[ch]):(\d+)|(?<![\w/.\d]):(\d{2,})\b")
_CALLED = re.compile(r"(?:SYSCALL_DEFINE\d\()?(\w+)\s*[(,]")
#: Text after a comment in which the name of what it cites must stand.
_REACH = 700


def _citations() -> list[tuple[str, str, int, str]]:
    """Our file, the cited file and line, and our text around the citation."""
    found: list[tuple[str, str, int, str]] = []
    for path in _FILES:
        text = path.read_text()
        cited = ""
        for comment in _COMMENT.finditer(text):
            near = text[comment.start() : comment.end() + _REACH]
            for match in _CITATION.finditer(comment.group()):
                cited = match[1] or cited
                found.append((path.name, cited, int(match[2] or match[3]), near))
    return found


@pytest.mark.needs_tree
def test_citations_are_right(tree_6_12: Path) -> None:
    citations = _citations()
    wanted = {cited for _, cited, _, _ in citations}
    lines: dict[str, list[str]] = {}
    with tarfile.open(tree_6_12) as archive:
        for member in archive:
            name = member.name.partition("/")[2]
            if name in wanted:
                data = archive.extractfile(member)
                assert data is not None
                lines[name] = data.read().decode().splitlines()
    wrong: list[str] = []
    for ours, cited, line, near in citations:
        there = " ".join(lines.get(cited, [])[line - 1 : line + 1])
        called = {word.strip("_") for word in _CALLED.findall(there)}
        if not called & {word.strip("_") for word in re.findall(r"\w+", near)}:
            wrong.append(f"{ours}: {cited}:{line} is {there.strip()!r}")
    assert not wrong, "\n".join(wrong)
