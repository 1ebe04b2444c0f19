"""What each rule said last, kept beside the fact base: asked again about the same tree, it does not run.

The key is what was judged (the tree's digest) and by whom (the sources of the rule, and of all that is
shared). Many processes may ask at once, as the checkers of a build do: the first runs the rules, the
others wait for it and read what it wrote.
"""

from __future__ import annotations

__all__ = ["judged"]

import fcntl
import functools
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

import lastput
from lastput.audit.rule import Rule
from lastput.audit.run import gather, run_each
from lastput.audit.tree import OpenTree, Tree
from lastput.schema.audit import Broken
from lastput.schema.finding import Finding

_FEW = 1000  # files for which no process is worth its start
_KEPT = 4  # trees of which a rule's findings are kept

_READ = msgspec.msgpack.Decoder(list[Finding])


def judged(
    folder: Path,
    open_tree: OpenTree,
    rules: Sequence[Rule],
    jobs: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[tuple[Finding, ...], tuple[Broken, ...]]:
    """What ``run_rules`` gives, as far as it can be from ``folder``; what had to be run is put there.

    A folder that cannot be written costs the store, and nothing else. A rule that failed is not stored.
    """
    with _alone(folder / "judged.lock"):
        tree = open_tree()
        found: list[Finding] = []
        broken: list[Broken] = []
        missing: list[Rule] = []
        for rule in rules:
            known = _stored(folder / _name(rule, tree))
            if known is None:
                missing.append(rule)
            else:
                found += known
        if sum(1 for _ in tree.paths()) < _FEW:
            jobs = 1
        for rule, outcome in run_each(open_tree, missing, jobs, say):
            if isinstance(outcome, Broken):
                broken.append(outcome)
            else:
                found += outcome
                _store(folder, _name(rule, tree), outcome)
    return gather(found), tuple(sorted(broken, key=lambda one: one.code))


def _name(rule: Rule, tree: Tree) -> str:
    """The file for what ``rule`` says of ``tree``."""
    key = hashlib.sha256(f"{tree.digest}\0{_shared()}\0{_own(rule)}".encode()).hexdigest()
    return f"judged-{rule.code}-{key[:32]}"


@functools.cache
def _shared() -> str:
    """A digest of the sources that all rules use, so that nothing older answers for an edited one."""
    package = Path(lastput.__file__).parent
    digest = hashlib.sha256(lastput.__version__.encode())
    for part in ("audit", "c", "facts", "schema"):
        for path in sorted((package / part).rglob("*")):
            if path.suffix in (".py", ".toml", ".sql") and path.parent.name != "rules":
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _own(rule: Rule) -> str:
    """A digest of the rule's own file."""
    module = sys.modules.get(getattr(rule.run, "__module__", ""))
    file = getattr(module, "__file__", None)
    return hashlib.sha256(Path(file).read_bytes()).hexdigest() if file else ""


def _stored(file: Path) -> list[Finding] | None:
    try:
        return _READ.decode(file.read_bytes())
    except (OSError, msgspec.DecodeError):
        return None


def _store(folder: Path, name: str, found: list[Finding]) -> None:
    try:
        handle, temporary = tempfile.mkstemp(prefix=".judged", dir=folder)
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(msgspec.msgpack.encode(found))
        Path(temporary).replace(folder / name)
        like = name.rpartition("-")[0] + "-*"
        kept = sorted(folder.glob(like), key=lambda one: one.stat().st_mtime)
        for old in kept[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        Path(temporary).unlink(missing_ok=True)


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
