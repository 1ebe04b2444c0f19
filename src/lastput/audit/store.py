"""The judgements of the last run, kept beside the fact base, so that one file can be asked for at once.

A build checks file after file, many at a time: the first asks the rules, the others wait for it and
read what it wrote. The key is what was judged (the tree's digest) and by whom (the sources of lastput).
"""

from __future__ import annotations

__all__ = ["judged", "key_of"]

import fcntl
import functools
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

import lastput
from lastput.audit.tree import Tree
from lastput.schema.audit import Broken
from lastput.schema.finding import Finding

Judged = tuple[tuple[Finding, ...], tuple[Broken, ...]]

_KEPT = 4  # runs of a tree that are kept


def key_of(tree: Tree) -> str:
    """Names what a run would say: the same tree and the same lastput say the same."""
    return hashlib.sha256(f"{tree.digest}\0{_version()}".encode()).hexdigest()[:32]


@functools.cache
def _version() -> str:
    """A digest of the sources that judge, so that an edited rule is never answered from the store."""
    package = Path(lastput.__file__).parent
    digest = hashlib.sha256(lastput.__version__.encode())
    for part in ("audit", "c", "facts", "schema"):
        for path in sorted((package / part).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def judged(folder: Path, key: str, run: Callable[[], Judged]) -> Judged:
    """What is stored in ``folder`` under ``key``, else what ``run`` gives, which is then stored.

    A folder that cannot be written costs the store, and nothing else. A run in which a rule failed is not
    stored.
    """
    file = folder / f"judged-{key}.json"
    with _alone(folder / "judged.lock"):
        try:
            return msgspec.json.decode(file.read_bytes(), type=tuple[tuple[Finding, ...], tuple[Broken, ...]])
        except (OSError, msgspec.DecodeError):
            pass
        result = run()
        if not result[1]:
            _store(file, result)
        return result


def _store(file: Path, result: Judged) -> None:
    try:
        handle, name = tempfile.mkstemp(prefix=".judged", dir=file.parent)
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(msgspec.json.encode(result))
        Path(name).replace(file)
        kept = sorted(file.parent.glob("judged-*.json"), key=lambda one: one.stat().st_mtime)
        for old in kept[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold the lock file, if one can be had."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("w")
    except OSError:
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
