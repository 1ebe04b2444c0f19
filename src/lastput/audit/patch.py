"""A change to a tree, from a unified diff or from git: which lines came, which went.

The tree lies there with the change applied; what it was before is worked out from the diff.
"""

from __future__ import annotations

__all__ = ["Change", "from_diff", "from_git", "matches", "require_applied", "undo"]

import subprocess
from collections.abc import Iterable
from pathlib import Path

import msgspec
from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchedFile, PatchSet

from lastput.errors import LastputError


class Hunk(msgspec.Struct, frozen=True):
    """One hunk: the first line of either side (1-based) and its lines."""

    old_start: int
    new_start: int
    old: tuple[str, ...]
    new: tuple[str, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one file. ``old_path`` is "" for a new file, ``path`` for a deleted one.

    ``added`` are line numbers of the new file. ``removed`` are pairs of a line number of the *new* file,
    before which a line stood (one past the end if it was the last), and its text.
    """

    path: str
    old_path: str
    added: frozenset[int] = frozenset()
    removed: tuple[tuple[int, str], ...] = ()
    hunks: tuple[Hunk, ...] = ()


def from_git(root: Path, revision: str) -> tuple[Change, ...]:
    """What the working tree at ``root`` has changed since ``revision``, new files that git does not know
    of included. Raises LastputError ``git``."""
    if revision.startswith("-"):
        raise LastputError("git", f"{revision!r} is no revision", "name a commit, tag or branch")
    # --no-ext-diff and --no-textconv: nothing that the tree's configuration names is executed.
    diff = _git(
        root,
        "diff",
        "--relative",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--unified=3",
        revision,
        "--",
    )
    changes = list(from_diff(diff))
    for path in _git(root, "ls-files", "--others", "--exclude-standard", "-z").split("\0"):
        if path.endswith((".c", ".h")):
            lines = (root / path).read_text("utf-8", "replace").count("\n") + 1
            changes.append(Change(path=path, old_path="", added=frozenset(range(1, lines + 1))))
    return tuple(changes)


def _git(root: Path, *words: str) -> str:
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", str(root), *words]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except FileNotFoundError:
        raise LastputError("git", "there is no git program", "install git, or give --patch FILE") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines() or ["git failed"]
        if "not a git repository" in said[0].lower():
            said = [f"{root} lies in no git tree"]
        raise LastputError(
            "git", said[0], "--since wants a git tree that has the revision; --patch FILE wants neither"
        ) from None
    return done.stdout.decode("utf-8", "replace")


def from_diff(text: str) -> tuple[Change, ...]:
    """The changes of a unified diff; text around it, such as a mail, is passed over.

    Raises LastputError ``bad-patch`` if it is damaged, or is no diff.
    """
    try:
        patches = PatchSet(text.splitlines(keepends=True))
    except (UnidiffParseError, ValueError) as error:
        raise LastputError(
            "bad-patch", f"the patch is damaged: {error}", "a mailer may have wrapped its lines; b4 am helps"
        ) from None
    if text.strip() and not patches and "diff --git" not in text:
        raise LastputError(
            "bad-patch", "there is no diff in the patch", "give a unified diff, as of git diff"
        )
    return tuple(_change(one) for one in patches)


def _change(patched: PatchedFile) -> Change:
    added: set[int] = set()
    removed: list[tuple[int, str]] = []
    hunks = []
    for hunk in patched:
        # unidiff's count for an empty side is 0, and its start the line before.
        number = hunk.target_start + (0 if hunk.target_length else 1)
        first = number
        for line in hunk:
            if line.is_added:
                added.add(number)
            elif line.is_removed:
                removed.append((number, line.value))
            number += line.is_added or line.is_context
        old = tuple(line.value.rstrip("\r\n") for line in hunk if line.is_removed or line.is_context)
        new = tuple(line.value.rstrip("\r\n") for line in hunk if line.is_added or line.is_context)
        hunks.append(Hunk(hunk.source_start, first, old, new))
    return Change(
        path="" if patched.is_removed_file else patched.path,
        old_path="" if patched.is_added_file else _old_path(patched),
        added=frozenset(added),
        removed=tuple(removed),
        hunks=tuple(hunks),
    )


def _old_path(patched: PatchedFile) -> str:
    return str(patched.source_file).removeprefix("a/")


def matches(text: str, change: Change) -> bool:
    """Whether ``text`` is what the change made of the file."""
    lines = _lines(text)
    return all(
        tuple(lines[hunk.new_start - 1 : hunk.new_start - 1 + len(hunk.new)]) == hunk.new
        for hunk in change.hunks
    )


def undo(text: str, change: Change) -> str:
    """The file as it was before the change, of which ``text`` is the outcome."""
    lines = _lines(text)
    for hunk in reversed(change.hunks):
        start = hunk.new_start - 1
        lines[start : start + len(hunk.new)] = hunk.old
    return "".join(f"{line}\n" for line in lines)


def _lines(text: str) -> list[str]:
    # Not splitlines(): a form feed ends no line for diff or C.
    lines = [line.rstrip("\r") for line in text.split("\n")]
    return lines[:-1] if lines and not lines[-1] else lines


def require_applied(root: Path, changes: Iterable[Change]) -> None:
    """Raises LastputError ``patch-not-applied`` if a file does not look as the changes left it."""
    for change in changes:
        if change.path and change.hunks:
            try:
                text = (root / change.path).read_text("utf-8", "replace")
            except OSError:
                text = ""
            if not matches(text, change):
                raise LastputError(
                    "patch-not-applied",
                    f"{change.path} does not look as the patch leaves it",
                    "apply it first: git am, or patch -p1 (the tree is read as it lies)",
                )
