"""A change to a tree, from a unified diff or from git: which lines came, which went.

``lastput.audit.apply`` works out from it what the files were before, and are after it.
"""

from __future__ import annotations

__all__ = ["Change", "Hunk", "from_diff", "from_git"]

import subprocess
from pathlib import Path

import msgspec
from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchedFile, PatchSet

from lastput.errors import LastputError

#: What stands for a file that is not there: a hunk without old lines says nothing of that.
_NOTHING = "/dev/null"


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
        before = hunk.source_start + (0 if hunk.source_length else 1)
        hunks.append(Hunk(before, first, old, new))
    return Change(
        path="" if patched.target_file == _NOTHING else patched.path,
        old_path="" if patched.source_file == _NOTHING else _old_path(patched),
        added=frozenset(added),
        removed=tuple(removed),
        hunks=tuple(hunks),
    )


def _old_path(patched: PatchedFile) -> str:
    return str(patched.source_file).removeprefix("a/")
