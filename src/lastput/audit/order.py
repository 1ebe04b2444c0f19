"""In which order findings are shown: by severity, place, rule, or how new the line is."""

from __future__ import annotations

__all__ = ["ORDERS", "Order", "dated", "ordered"]

import re
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from lastput.errors import LastputError
from lastput.schema.finding import Finding

Order = Literal["severity", "path", "rule", "age"]
ORDERS: tuple[Order, ...] = ("severity", "path", "rule", "age")

_CONFIDENCE = {"high": 0, "medium": 1, "low": 2}
_HEAD = re.compile(r"([0-9a-f]{40}) \d+ (\d+)")


def ordered(findings: Iterable[Finding], order: Order) -> tuple[Finding, ...]:
    """The findings, which come by place, in another order: what is alike in it stays by place."""
    return tuple(sorted(findings, key=lambda one: _key(one, order)))


def _key(one: Finding, order: Order) -> tuple[object, ...]:
    if order == "severity":
        points = one.severity.points if one.severity else -1
        return (-points, _CONFIDENCE[one.confidence])
    if order == "rule":
        return (one.code,)
    if order == "age":
        return tuple(-int(part) for part in re.findall(r"\d+", one.born.partition(" ")[0]))
    return ()


def dated(root: Path, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings with the date and the commit of their line. Raises LastputError ``no-history``."""
    if _git(root, "rev-parse", "--verify", "HEAD").returncode:
        raise LastputError(
            "no-history", f"{root} has no commits", "sort by something else than age, or use a git clone"
        )
    lines: dict[str, set[int]] = {}
    for one in findings:
        lines.setdefault(one.where.path, set()).add(one.where.line)
    born = {(path, line): date for path, wanted in lines.items() for line, date in _blame(root, path, wanted)}
    return tuple(
        msgspec.structs.replace(one, born=born.get((one.where.path, one.where.line), "")) for one in findings
    )


def _blame(root: Path, path: str, lines: set[int]) -> list[tuple[int, str]]:
    """Lines with their dates; none of a file that git does not know yet, which is as new as can be."""
    ranges = [f"-L{line},{line}" for line in sorted(lines)]
    done = _git(root, "blame", "--line-porcelain", *ranges, "--", path)
    if done.returncode:
        return []
    found: list[tuple[int, str]] = []
    for block in done.stdout.split("\n\t"):
        head = next(filter(None, map(_HEAD.match, block.splitlines())), None)
        time = re.search(r"^author-time (\d+)", block, re.MULTILINE)
        if head is not None and time is not None:
            found.append((int(head[2]), f"{_date(int(time[1]))} {head[1][:12]}"))
    return found


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=", *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except FileNotFoundError:
        raise LastputError("no-history", "git is not installed", "sort by something else than age") from None


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
