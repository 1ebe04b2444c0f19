"""Where what is slow to make is kept: unpacked kernels, the guest's program, snapshots.

``$LASTPUT_CACHE``, else ``$XDG_CACHE_HOME/lastput``, else ``~/.cache/lastput``. Everything in it can be
made again: it may be deleted at any time.
"""

from __future__ import annotations

__all__ = ["folder", "made"]

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def folder(kind: str) -> Path:
    """The directory for one kind of thing; it is there afterwards."""
    named = os.environ.get("LASTPUT_CACHE")
    base = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "lastput"
    found = base.expanduser() / kind
    found.mkdir(parents=True, exist_ok=True)
    return found


def made(kind: str, parts: tuple[bytes, ...], make: Callable[[Path], None]) -> Path:
    """The directory that belongs to ``parts``, the contents that decide what is in it. ``make`` fills it
    if it is not there yet; it appears whole or not at all."""
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    place = folder(kind) / digest.hexdigest()
    if place.is_dir():
        return place
    work = Path(tempfile.mkdtemp(prefix=".", dir=place.parent))
    try:
        make(work)
        try:
            work.rename(place)
        except OSError:
            if not place.is_dir():  # else another run was faster
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return place
