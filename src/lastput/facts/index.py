"""Brings the fact base of a tree up to date: reads what is new or changed, forgets what is gone.

A new base is built in a file of its own and renamed when it is whole; an existing one changes in one
transaction. A run that is killed leaves what was there before.
"""

from __future__ import annotations

__all__ = ["Report", "Skip", "forget", "update"]

import contextlib
import fcntl
import gc
import hashlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path

import msgspec

from lastput.c.raw.compiled import expect
from lastput.errors import LastputError
from lastput.facts.core import write_core
from lastput.facts.entries import write_entries
from lastput.facts.extract import FileFacts, extract, worth_reading
from lastput.facts.headers import reachable
from lastput.facts.interrupt import Interrupt, deferred
from lastput.facts.location import database_path, version
from lastput.facts.macro_tables import write_macro_tables
from lastput.facts.membership import is_kernel, write_membership
from lastput.facts.own_modules import write_own_modules
from lastput.facts.store import Writer, create_indexes, create_schema
from lastput.facts.walk import Found, walk
from lastput.facts.workers import end_all, with_parent

#: Bytes of source that one task of a worker reads.
_TASK = 4 << 20
_GLANCE = 0.2  # seconds between two looks at whether to go on
_SERIAL = 4 << 20  # below this a pool costs more than it saves

#: Has something for each of the compiled passes.
_SAMPLE = b"int f(void) { g(1); }\nstruct x y = { .a = b };\n"

Progress = Callable[[int, int], None]


class Skip(msgspec.Struct, frozen=True):
    """A file that was not read, or not wholly understood, and why."""

    path: str
    reason: str


class Report(msgspec.Struct, frozen=True):
    """What a run did and what the base now holds. ``damaged``: what was wrong with the one before."""

    database: Path
    files: int
    functions: int
    read: int
    removed: int
    skipped: tuple[Skip, ...]
    unbalanced: tuple[Skip, ...]
    damaged: str = ""


class _Read(msgspec.Struct, array_like=True):
    index: int
    digest: bytes
    facts: FileFacts | None
    skipped: str
    marked: bool = False


def update(
    tree: Path,
    cache: Path | None = None,
    jobs: int = 0,
    progress: Progress | None = None,
    kernel: Path | None = None,
) -> Report:
    """Index ``tree``; ``jobs`` 0 is one process a CPU. ``progress`` gets bytes done and in all. ``kernel`` is
    where the headers lie that a module outside of a kernel is built with.

    Raises LastputError (``no-tree``, ``no-sources``, ``no-headers``, ``cache-locked``) and OSError.
    """
    if not tree.is_dir():
        raise LastputError("no-tree", f"{tree} is not a directory", "name the top directory of a kernel tree")
    path = database_path(tree, cache, kernel)
    sources, makefiles, kconfigs = walk(tree)
    if not any(one.path.endswith(".c") for one in sources):
        raise LastputError(
            "no-sources", f"{tree} holds no .c file", "name the top directory of a kernel tree"
        )
    if kernel is not None:
        sources += reachable(tree, sources, kernel)
    if not os.access(path.parent, os.W_OK):
        return _report(path, 0, 0)
    with _locked(path), _told(path):
        try:
            if _usable(path):
                return _refresh(tree, path, sources, makefiles, kconfigs, jobs, progress)
            return _build(tree, path, sources, makefiles, kconfigs, jobs, progress)
        except sqlite3.DatabaseError as error:
            if _full(error) or _interrupted(error):
                raise
            # Damaged: what it held is in the tree.
            forget(path)
            made = _build(tree, path, sources, makefiles, kconfigs, jobs, progress)
            return msgspec.structs.replace(made, damaged=str(error))


def forget(path: Path) -> None:
    """Remove a base and what lies beside it; the next run reads the tree anew."""
    for one in (path, path.with_suffix(".part"), path.with_suffix(".sqlite-journal")):
        one.unlink(missing_ok=True)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """sqlite's words for a full disk and for Ctrl-C, in ours."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _interrupted(error):
            raise KeyboardInterrupt from None
        if not _full(error):
            raise
        raise LastputError(
            "disk-full",
            f"no room for the fact base in {path.parent}",
            "make room there, or name another folder in LASTPUT_CACHE; what was there before still is",
        ) from None


def _full(error: sqlite3.DatabaseError) -> bool:
    return "disk is full" in str(error) or "disk I/O error" in str(error)


def _interrupted(error: sqlite3.DatabaseError) -> bool:
    return str(error) == "interrupted"


def _connect(path: Path) -> sqlite3.Connection:
    """A connection that ends a long statement at Ctrl-C: Python sees a signal only while it runs itself."""
    db = sqlite3.connect(path, isolation_level=None)
    db.set_progress_handler(lambda: 0, 100_000)
    return db


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One writer a base; another run waits for it."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _usable(path: Path) -> bool:
    """Whether there is a whole base of this version. Raises sqlite3.DatabaseError if it is damaged."""
    if not path.exists() or not path.stat().st_size:
        return False
    with contextlib.closing(sqlite3.connect(path)) as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None:
            return False
        row = db.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        return row is not None and row[0] == version()


def _build(
    tree: Path,
    path: Path,
    sources: list[Found],
    makefiles: list[Found],
    kconfigs: list[Found],
    jobs: int,
    progress: Progress | None,
) -> Report:
    fresh, part = path.with_suffix(f".new-{os.getpid()}"), path.with_suffix(".part")
    for left in path.parent.glob(f"{path.stem}.new-*"):
        left.unlink(missing_ok=True)  # of a run that was killed: this one has the lock
    try:
        known = _continued(part, fresh, sources)
        with contextlib.closing(_connect(fresh)) as db:
            db.executescript(
                "PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                " PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -200000;"
            )
            if not known:
                create_schema(db)
                db.execute("INSERT INTO meta VALUES ('schema', ?)", (version(),))
            db.execute("BEGIN")
            try:
                with _no_collector():
                    _store(db, tree, sources[known:], jobs, progress)
            except KeyboardInterrupt:
                db.execute("COMMIT")
                fresh.replace(part)
                raise
            db.execute("COMMIT")
            db.execute("PRAGMA journal_mode = MEMORY")  # from here on an interrupt undoes the step it is in
            try:
                create_indexes(db)
                db.execute("BEGIN")
                write_membership(db, tree, sources, makefiles, kconfigs)
                _stamp(db, tree, makefiles, kconfigs)
                _write_core(db, tree, sources)
                write_entries(db)
                write_own_modules(db, tree, is_kernel(tree))
                write_macro_tables(db)
                db.execute("PRAGMA optimize")
                db.execute("COMMIT")
            except (KeyboardInterrupt, sqlite3.OperationalError) as error:
                if isinstance(error, sqlite3.OperationalError) and not _interrupted(error):
                    raise
                if db.in_transaction:
                    db.execute("ROLLBACK")
                fresh.replace(part)
                raise
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return _report(path, len(sources), 0)


def _continued(part: Path, fresh: Path, sources: Sequence[Found]) -> int:
    """How many of ``sources``, from the first, a run that was interrupted has left in ``part``, which becomes
    ``fresh``; 0 if nothing of it can be used."""
    with contextlib.suppress(sqlite3.DatabaseError):
        return _moved(part, fresh, sources)
    part.unlink(missing_ok=True)
    return 0


def _moved(part: Path, fresh: Path, sources: Sequence[Found]) -> int:
    if not _usable(part):
        part.unlink(missing_ok=True)
        return 0
    with contextlib.closing(sqlite3.connect(part)) as db:
        rows = db.execute("SELECT path, size, mtime FROM files ORDER BY id").fetchall()
    if not rows or rows != [(one.path, one.size, one.mtime) for one in sources[: len(rows)]]:
        part.unlink(missing_ok=True)
        return 0
    part.replace(fresh)
    return len(rows)


def _refresh(
    tree: Path,
    path: Path,
    sources: list[Found],
    makefiles: list[Found],
    kconfigs: list[Found],
    jobs: int,
    progress: Progress | None,
) -> Report:
    with contextlib.closing(_connect(path)) as db:
        known = {
            row[0]: row[1:] for row in db.execute("SELECT path, size, mtime, skipped FROM files WHERE id > 0")
        }
        changed = [one for one in sources if known.get(one.path, ())[:2] != (one.size, one.mtime)]
        gone = sorted(known.keys() - {one.path for one in sources})
        built = db.execute("SELECT value FROM meta WHERE key = 'kbuild'").fetchone()
        kbuild = built is None or built[0] != _kbuild_stamp(makefiles, kconfigs)
        if not is_kernel(tree):  # where a Makefile's words are may depend on which sources there are
            kbuild = kbuild or bool(changed or gone)
        if not changed and not gone and not kbuild:
            return _report(path, 0, 0)
        db.execute("BEGIN IMMEDIATE")
        try:
            writer = Writer(db)
            for one in gone:
                writer.remove(one)
            touched = _store(db, tree, changed, jobs, progress, writer)
            if kbuild:
                write_membership(db, tree, sources, makefiles, kconfigs)
                _stamp(db, tree, makefiles, kconfigs)
            if touched or gone:
                # What macros make stays as it is where neither they nor their users changed.
                _write_core(db, tree, sources)
                again = None if writer.macros_changed() else frozenset(writer.added)
                write_entries(db, again)
                write_macro_tables(db, again)
            write_own_modules(db, tree, is_kernel(tree))
            db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has ended the transaction itself
                db.execute("ROLLBACK")
            raise
    return _report(path, touched, len(gone))


def _write_core(db: sqlite3.Connection, tree: Path, sources: Sequence[Found]) -> None:
    """What travels with the package, for a tree that neither is a kernel nor has the headers of one."""
    if not is_kernel(tree) and not any(one.path.startswith("/") for one in sources[-1:]):
        write_core(db)


def _store(
    db: sqlite3.Connection,
    tree: Path,
    sources: Sequence[Found],
    jobs: int,
    progress: Progress | None,
    writer: Writer | None = None,
) -> int:
    """Read files and store them in their order; gives how many had new content."""
    fresh = writer is None
    writer = writer or Writer(db)
    total = sum(one.size for one in sources)
    done = touched = 0
    with deferred() as stop:
        try:
            for found, read in _read_all(tree, sources, jobs, stop):
                if not fresh and _same(db, found, read):
                    continue
                if not fresh:
                    writer.remove(found.path)
                writer.add(found, read.digest, read.facts, read.skipped, read.marked)
                touched += 1
                done += found.size
                if progress is not None:
                    progress(done, total)
        finally:
            writer.finish()  # also what was read before an interrupt: the next run goes on from there
    db.execute("INSERT OR IGNORE INTO meta VALUES ('token', ?)", (secrets.token_hex(16),))
    if writer.declarations_changed():
        db.execute("INSERT OR REPLACE INTO meta VALUES ('declared', ?)", (secrets.token_hex(16),))
    return touched


def _same(db: sqlite3.Connection, found: Found, read: _Read) -> bool:
    """Whether the base has the file with this content; its new time is noted."""
    row = db.execute("SELECT hash, skipped FROM files WHERE path = ?", (found.path,)).fetchone()
    if row is None or row != (read.digest, read.skipped):
        return False
    db.execute("UPDATE files SET size = ?, mtime = ? WHERE path = ?", (found.size, found.mtime, found.path))
    return True


def _read_all(
    tree: Path, sources: Sequence[Found], jobs: int, stop: Interrupt
) -> Iterator[tuple[Found, _Read]]:
    """Files with their facts, in order; workers run ahead by a bounded number of tasks. Ends with
    KeyboardInterrupt between two files once ``stop`` was asked for."""
    tasks: list[list[tuple[int, Found]]] = [[]]
    size = 0
    for index, one in enumerate(sources):
        if size > _TASK:
            tasks.append([])
            size = 0
        tasks[-1].append((index, one))
        size += one.size
    jobs = jobs or os.cpu_count() or 1
    if len(tasks) == 1 and size < _SERIAL:
        for task in tasks:
            for read in msgspec.msgpack.decode(_read_task(tree, task), type=list[_Read]):
                stop.check()
                yield sources[read.index], read
        return
    if expect(sum(one.size for one in sources)):
        extract("compile.c", _SAMPLE)  # here, so that not every worker does
    context = get_context("forkserver")
    context.set_forkserver_preload(["lastput.facts.extract"])
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=with_parent) as pool:
        waiting: dict[int, Future[bytes]] = {}
        sent = 0
        try:
            for number in range(len(tasks)):
                while sent < len(tasks) and sent < number + 2 * jobs + 2:
                    waiting[sent] = pool.submit(_read_task, tree, tasks[sent])
                    sent += 1
                future = waiting.pop(number)
                while not wait([future], timeout=_GLANCE).done:
                    stop.check()
                for read in msgspec.msgpack.decode(future.result(), type=list[_Read]):
                    stop.check()
                    yield sources[read.index], read
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            end_all()
            raise


def _read_task(tree: Path, task: list[tuple[int, Found]]) -> bytes:
    """In a worker: read some files."""
    with _no_collector():
        return msgspec.msgpack.encode([_read_one(tree, index, found) for index, found in task])


@contextlib.contextmanager
def _no_collector() -> Iterator[None]:
    """Millions of rows and not one cycle: looking for cycles takes a seventh of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _read_one(tree: Path, index: int, found: Found) -> _Read:
    if found.skipped:
        return _Read(index, b"", None, found.skipped)
    try:
        content = (tree / found.path).read_bytes()
    except OSError as error:
        return _Read(index, b"", None, error.strerror or "unreadable")
    digest = hashlib.blake2b(content, digest_size=16).digest()
    if b"\0" in content:
        return _Read(index, digest, None, "not text (has zero bytes)")
    marked = b"lastput:" in content
    if not worth_reading(found.path, content):
        return _Read(index, digest, None, "", marked)
    return _Read(index, digest, extract(found.path, content), "", marked)


def _kbuild_stamp(makefiles: Sequence[Found], kconfigs: Sequence[Found]) -> str:
    text = repr([*makefiles, *kconfigs])
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _stamp(db: sqlite3.Connection, tree: Path, makefiles: Sequence[Found], kconfigs: Sequence[Found]) -> None:
    rows = (
        ("schema", version()),
        ("tree", str(tree.resolve())),
        ("kbuild", _kbuild_stamp(makefiles, kconfigs)),
    )
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)


def _report(path: Path, read: int, removed: int) -> Report:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        (files,) = db.execute("SELECT count(*) FROM files WHERE id > 0").fetchone()
        (functions,) = db.execute("SELECT count(*) FROM functions").fetchone()
        skipped = tuple(
            Skip(*row)
            for row in db.execute("SELECT path, skipped FROM files WHERE skipped != '' ORDER BY path")
        )
        unbalanced = tuple(
            Skip(path, "braces do not pair up")
            for (path,) in db.execute("SELECT path FROM files WHERE NOT balanced ORDER BY path")
        )
    return Report(path, files, functions, read, removed, skipped, unbalanced)
