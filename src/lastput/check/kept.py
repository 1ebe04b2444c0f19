"""Compiled tests are kept in the user's cache, as long as nothing that they were made of has changed.

What a test is made of: its text, its options, the headers beside it, the modelled kernel and the compiler
itself. A test that reads a kernel tree is compiled anew each time. An entry that is damaged, or cannot be
written, is as good as none; two processes may write the same one.
"""

from __future__ import annotations

__all__ = ["compiled"]

import contextlib
import hashlib
import os
from functools import cache
from pathlib import Path

import msgspec

import lastput
from lastput.facts.location import cache_directory
from lastput.model.compiled import KERNEL, Compiled
from lastput.model.options import ModelOptions

_FOLDER = "tests"
_DIGEST = 32  # bytes
#: What decides how a test is compiled, besides the modelled kernel.
_COMPILER = ("c", "facts/definitions", "model", "engine/program.py")
_NO_FILE = b""


class _Entry(msgspec.Struct, frozen=True):
    """``beside`` are the digests of the files that were looked for beside the test. The texts of the
    modelled kernel, which are read when the entry is used, are empty."""

    compiled: Compiled
    beside: tuple[tuple[str, bytes], ...]


def compiled(text: str, file: str, options: ModelOptions) -> Compiled:
    """As ``compile_text`` for a test that reads no kernel tree. Raises LastputError for what is wrong with
    the test."""
    key = hashlib.sha256()
    for part in (text.encode("utf-8", "surrogateescape"), os.fsencode(file), msgspec.msgpack.encode(options)):
        key.update(b"%d:" % len(part) + part)
    key.update(_version())
    place = Path(_FOLDER) / key.hexdigest()[:32]
    with contextlib.suppress(OSError):
        found = _read(cache_directory() / place)
        if found is not None:
            return found
    from lastput.model.compile import compile_text

    made = compile_text(text, file, options)
    if not made.header.needs_tree:
        with contextlib.suppress(OSError):
            _write(cache_directory() / place, made)
    return made


def _read(path: Path) -> Compiled | None:
    """What is kept at ``path``; None if that is nothing, damaged, or of yesterday."""
    if not path.is_file():
        return None
    kept = path.read_bytes()
    digest, content = kept[:_DIGEST], kept[_DIGEST:]
    if hashlib.sha256(content).digest() != digest:
        return None
    try:
        entry = msgspec.msgpack.decode(content, type=_Entry)
    except msgspec.DecodeError:
        return None
    if any(_digest(Path(name)) != digest for name, digest in entry.beside):
        return None
    os.utime(path)  # the cache is cleared by the time of the last use
    sources = {
        name: text or (KERNEL / name).read_text("utf-8") for name, text in entry.compiled.sources.items()
    }
    return msgspec.structs.replace(entry.compiled, sources=sources)


def _write(path: Path, made: Compiled) -> None:
    import tempfile

    beside = {Path(name).name for name in made.beside if Path(name).is_file()}
    sources = {
        name: "" if name not in beside and (KERNEL / name).is_file() else text
        for name, text in made.sources.items()
    }
    digests = tuple((name, _digest(Path(name))) for name in made.beside)
    content = msgspec.msgpack.encode(_Entry(msgspec.structs.replace(made, sources=sources), digests))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, work = tempfile.mkstemp(prefix=".", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        Path(work).replace(path)
    except BaseException:
        Path(work).unlink(missing_ok=True)
        raise


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else _NO_FILE


@cache
def _version() -> bytes:
    """Another one whenever the compiler or the modelled kernel has changed."""
    package = Path(lastput.__file__).parent
    digest = hashlib.sha256()
    for name in (*_COMPILER, str(KERNEL.relative_to(package))):
        part = package / name
        for path in sorted(part.rglob("*")) if part.is_dir() else [part]:
            if path.suffix in (".py", ".c", ".h"):
                content = path.read_bytes()
                digest.update(b"%s %d:" % (os.fsencode(path.name), len(content)) + content)
    return digest.digest()
