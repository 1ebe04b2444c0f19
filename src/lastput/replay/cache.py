"""Where what is slow to make is kept: unpacked kernels, the guest's program, snapshots.

``$LASTPUT_CACHE``, else ``$XDG_CACHE_HOME/lastput``, else ``~/.cache/lastput``. Everything in it can be
made again: it may be deleted at any time.
"""

from __future__ import annotations

__all__ = ["Entry", "base", "entries", "folder", "made", "remove", "shrink"]

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from lastput.replay.scratch import scratch

_LEFT_ALONE = 600.0  # seconds since its last use: somebody may be about to read it
_WORK = "."  # prefix of what is being made


class Entry(msgspec.Struct, frozen=True):
    """One thing in the cache: ``kind`` is its folder, "" for a file beside the folders; ``size`` in bytes on
    the disk; ``used`` in seconds of the epoch."""

    path: Path
    kind: str
    size: int
    used: float


def base() -> Path:
    """The directory of the cache; it need not be there."""
    named = os.environ.get("LASTPUT_CACHE")
    found = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "lastput"
    return found.expanduser().absolute()


def folder(kind: str) -> Path:
    """The directory for one kind of thing; it is there afterwards."""
    found = base() / kind
    found.mkdir(parents=True, exist_ok=True)
    return found


def made(kind: str, parts: Iterable[bytes], make: Callable[[Path], None], most: int = 0) -> Path:
    """The directory that belongs to ``parts``, the contents that decide what is in it. ``make`` fills it
    if it is not there yet; it appears whole or not at all. With ``most``, those of the same kind that were
    not used for the longest time make room for it if all together have more bytes."""
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    place = folder(kind) / digest.hexdigest()
    if place.is_dir():
        with suppress(OSError):  # a cache that cannot be written
            os.utime(place)
        return place
    with scratch(_WORK, place.parent) as (work, _):
        make(work)
        try:
            work.rename(place)
        except OSError:
            if not place.is_dir():  # else another run was faster
                raise
    if most:
        shrink(most, kind)
    return place


def entries(kind: str | None = None) -> tuple[Entry, ...]:
    """What is in the cache, or in one of its folders; what was not used for the longest time comes first."""
    found: list[Entry] = []
    for one in sorted(base().glob(f"{kind}/*" if kind else "*")):
        if one.is_dir() and kind is None:
            found += entries(one.name)
        elif not one.name.startswith(_WORK):
            with suppress(OSError):  # it was removed just now
                found.append(Entry(one, kind or "", _size(one), one.stat().st_mtime))
    return tuple(sorted(found, key=lambda one: one.used))


def shrink(most: int, kind: str | None = None) -> tuple[Entry, ...]:
    """Remove what was not used for the longest time, until ``most`` bytes are left; what was used a moment
    ago stays. Gives what was removed."""
    there = entries(kind)
    left = sum(one.size for one in there)
    gone = []
    for one in there:
        if left <= most or time.time() - one.used < _LEFT_ALONE:
            break
        remove(one)
        gone.append(one)
        left -= one.size
    return tuple(gone)


def remove(entry: Entry) -> None:
    """Take one thing out of the cache. Who has it open can go on with it."""
    if entry.path.is_dir():
        shutil.rmtree(entry.path, ignore_errors=True)
    else:
        entry.path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    """Blocks on the disk: the memory of a guest has holes."""
    every = path.rglob("*") if path.is_dir() else (path,)
    return sum(one.lstat().st_blocks * 512 for one in every)
