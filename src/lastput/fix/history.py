"""What git says of a file, if the tree has a history: subjects of its commits, and who wrote a line."""

from __future__ import annotations

__all__ = ["introduced", "subjects"]

import subprocess
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_SECONDS = 60
_COMMITS = 40


@lru_cache(maxsize=200)
def subjects(root: str, path: str) -> tuple[str, ...]:
    """The first lines of the last commits that changed a file; none without a history."""
    return tuple(_git(root, "log", f"-{_COMMITS}", "--no-merges", "--format=%s", "--", path).splitlines())


def introduced(root: str, places: Iterable[tuple[str, int]]) -> str:
    """The newest commit among those that wrote the lines, as ``Fixes:`` has it: 12 digits and the subject in
    parentheses; "" without a history, or if the lines are as old as that is. It took all of them for the
    bug to be there."""
    newest: tuple[int, str] = (0, "")
    for path, line in dict.fromkeys(places):
        told = _git(root, "blame", "--porcelain", f"-L{line},{line}", "--", path).splitlines()
        head = told[0].split()[0] if told else ""
        rows = dict(row.partition(" ")[::2] for row in told[1:])
        if not head.strip("0") or head.startswith("^") or "boundary" in rows:
            continue
        time = int(rows.get("committer-time", "0"))
        newest = max(newest, (time, f'{head[:12]} ("{rows.get("summary", "")}")'))
    return newest[1]


def _git(root: str, *words: str) -> str:
    """What git prints; "" if it cannot. Nothing that the tree's configuration names is executed."""
    if not (Path(root) / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "-C", root, "--no-pager", "-c", "core.fsmonitor=", *words],
            capture_output=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""
