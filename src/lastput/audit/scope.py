"""Which findings a change may have made: those that speak of, or rest on, what it touched.

A finding is in scope if one of its places lies in a changed function or declaration. A rule that
misses something (a flush, a pin) lists where it looked as ``Evidence.searched``, so that the finding
which a removed line uncovers is in scope too, however far away its own place is.
"""

from __future__ import annotations

__all__ = ["Scope", "in_scope", "scope_of", "touches"]

import bisect
import re
from collections.abc import Iterable

import msgspec

from lastput.audit.patch import Change
from lastput.audit.tree import Tree
from lastput.schema.finding import Finding, Where, places

_DECLARES = re.compile(r"[A-Za-z_]")


class Scope(msgspec.Struct, frozen=True):
    """``functions``: (path, name) of the changed functions. ``declarations``: (path, first line) of what
    changed at file scope. ``removed``: for each path the text that went, blanks removed."""

    functions: frozenset[tuple[str, str]]
    declarations: frozenset[tuple[str, int]]
    removed: dict[str, str]
    starts: dict[str, tuple[int, ...]]


def scope_of(tree: Tree, changes: Iterable[Change]) -> Scope:
    """What ``changes`` touched in ``tree``, which has them applied."""
    functions: set[tuple[str, str]] = set()
    declarations: set[tuple[str, int]] = set()
    removed: dict[str, str] = {}
    starts: dict[str, tuple[int, ...]] = {}
    for change in changes:
        for path in {change.path, change.old_path} - {""}:
            removed[path] = removed.get(path, "") + "".join(_bare(text) for _, text in change.removed)
        text = tree.text(change.path) if change.path else None
        if text is None:
            continue
        lines = text.split("\n")
        starts[change.path] = tuple(
            number for number, line in enumerate(lines, 1) if _DECLARES.match(line) and ":" not in line[-1:]
        )
        ranges = sorted(tree.functions_in(change.path), key=lambda one: (one.first, one.last))
        # A line that went belongs to the text on both sides of the gap.
        touched = (
            change.added | {line for line, _ in change.removed} | {line - 1 for line, _ in change.removed}
        )
        for line in sorted(touched):
            inside = [one.name for one in ranges if one.first <= line <= one.last]
            functions |= {(change.path, name) for name in inside}
            if not inside:
                declarations.add((change.path, _start(starts[change.path], line)))
    return Scope(frozenset(functions), frozenset(declarations), removed, starts)


def in_scope(finding: Finding, scope: Scope) -> bool:
    """Whether the change may have made the finding."""
    if any(touches(where, scope) for where in places(finding)):
        return True
    links = {(link.where.path, link.function) for link in finding.chain}
    if links & scope.functions:
        return True
    about = _bare(finding.object).lstrip("&*")
    # The code that named the object is gone, with its function: no place can say so.
    return len(about) > 2 and about in scope.removed.get(finding.where.path, "")


def touches(where: Where, scope: Scope) -> bool:
    """Whether a place lies in what the change touched."""
    if where.function:
        return (where.path, where.function) in scope.functions
    starts = scope.starts.get(where.path)
    return starts is not None and (where.path, _start(starts, where.line)) in scope.declarations


def _start(starts: tuple[int, ...], line: int) -> int:
    """The first line of the declaration around ``line``: the last one before it that begins at the margin."""
    position = bisect.bisect_right(starts, line)
    return starts[position - 1] if position else 0


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)
