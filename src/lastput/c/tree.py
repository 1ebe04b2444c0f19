"""Files of a kernel tree: from a directory, or from a packed one such as linux-source-6.12.tar.xz.

A packed tree is read once from end to end (some 20 s for a tar.xz). What was asked for, the files beside
it and the directories most often asked for are kept in the user's cache, with the names of all files.
"""

from __future__ import annotations

__all__ = ["Tree", "open_tree"]

import contextlib
import difflib
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath

from lastput.c.archive import is_archive, scan, search
from lastput.errors import LastputError, Place

Say = Callable[[str], None]

# Directories of a kernel tree: one of them makes a directory a tree.
_TOP = frozenset(
    (
        *("arch", "block", "crypto", "drivers", "fs", "include", "init", "io_uring", "ipc", "kernel", "lib"),
        *("mm", "net", "rust", "security", "sound", "tools", "usr", "virt"),
    )
)
_ALSO_TOP = frozenset(("Documentation", "LICENSES", "certs", "samples", "scripts"))
# Kept in any case when a packed tree is read: small, and where lifetime protocols live.
_COMMON = ("virt/kvm", "kernel", "kernel/module", "fs", "drivers/block")
_INDEX = "names.txt"
_MAKEFILE = "Makefile"


class Tree:
    """A kernel tree. ``name`` is the path as the user gave it; ``read`` gives the text of a file."""

    def __init__(self, name: str, root: Path | None, archive: Path | None, say: Say) -> None:
        self.name = name
        self._root = root  # where files lie: the tree itself or its cache; None: only in memory
        self._archive = archive
        self._say = say
        self._memory: dict[str, str] = {}
        self._names: frozenset[str] | None = None

    def read(self, relpath: str) -> str:
        """The text of the file ``relpath`` (from the top of the tree); bytes that are no UTF-8 are replaced.

        Raises LastputError ``not-in-tree`` or ``bad-tree``.
        """
        path = _clean(relpath)
        if path is None:
            raise self._missing(relpath)
        text = self._have(path)
        if text is None and self._archive:
            self._fetch([path])
            text = self._have(path)
        if text is None:
            raise self._missing(path)
        return text

    def release(self) -> str:
        """VERSION.PATCHLEVEL of the tree's Makefile ("6.1", "2.6.38" for older ones); "" if it has none."""
        try:
            text = self.read(_MAKEFILE)
        except LastputError:
            return ""
        said = dict(re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL)\s*=\s*(\d+)\s*$", text, re.MULTILINE))
        parts = ["VERSION", "PATCHLEVEL", *(["SUBLEVEL"] if said.get("VERSION") == "2" else [])]
        return ".".join(said[part] for part in parts) if said.keys() >= set(parts) else ""

    def identity(self) -> str:
        """Names the tree: another one for another directory or archive."""
        if self._archive is None and self._root is not None:
            return str(self._root.resolve())
        return str(self._root or self.name)

    def stamp(self, path: str) -> str:
        """Another one whenever the file has changed; "" if there is none."""
        if self._archive is not None:
            names = self._index()
            return "packed" if path in self._memory or (names is not None and path in names) else ""
        assert self._root is not None
        try:
            stat = (self._root / path).stat()
        except OSError:
            return ""
        return f"{stat.st_size}.{stat.st_mtime_ns}"

    def headers(self, folders: Sequence[str]) -> list[str]:
        """The paths of all headers below ``folders``, in order. They are read from a packed tree at once."""
        if self._archive is None:
            assert self._root is not None
            return [
                f"{folder}/{name}"
                for folder in folders
                for name in _walk(self._root / folder, "")
                if name.endswith(".h")
            ]
        inside = tuple(f"{folder}/" for folder in folders)
        if self._index() is None:
            self._fetch([_MAKEFILE])
        names = sorted(
            name for name in self._index() or self._memory if name.endswith(".h") and name.startswith(inside)
        )
        self.prefetch(names)
        return names

    def prefetch(self, relpaths: Iterable[str]) -> None:
        """Get several files of a packed tree in one pass; those that do not exist are passed over."""
        if not self._archive:
            return
        paths = [path for path in map(_clean, relpaths) if path is not None]
        wanted = [path for path in paths if self._have(path) is None]
        if wanted:
            self._fetch(wanted)

    def containing(self, functions: Sequence[str]) -> dict[str, str]:
        """The C files in which one of ``functions`` is called or defined: path -> text.

        Reads the whole tree. Raises LastputError ``bad-tree``.
        """
        if self._archive:
            self._say(f"searching {self._archive.name}: about 20 s for a kernel")
            found = search(self._archive, _inner, functions)
            return {name: data.decode("utf-8", "replace") for name, data in sorted(found.items())}
        assert self._root is not None
        pattern = re.compile(rb"\b(?:" + b"|".join(re.escape(one.encode()) for one in functions) + rb")\(")
        texts = {}
        for name in _walk(self._root, ""):
            if name.endswith(".c"):
                with contextlib.suppress(OSError):
                    data = (self._root / name).read_bytes()
                    if pattern.search(data):
                        texts[name] = data.decode("utf-8", "replace")
        return texts

    # --- files --------------------------------------------------------------------------------

    def _have(self, path: str) -> str | None:
        if path in self._memory:
            return self._memory[path]
        if self._root is None:
            return None
        file = self._root / path
        try:
            if not file.is_file():
                return None
            text = file.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise LastputError(
                "bad-tree", f"cannot read {path}: {error.strerror}", "check its permissions", Place(self.name)
            ) from None
        self._memory[path] = text
        return text

    def _fetch(self, wanted: list[str]) -> None:
        """Read the archive for ``wanted``, unless its names are known and none of them is among these."""
        assert self._archive is not None
        names = self._index()
        if names is not None and not names.intersection(wanted):
            return
        self._say(f"reading {self._archive.name}: once, about 20 s for a kernel")
        folders = {str(PurePosixPath(path).parent) for path in wanted} | set(_COMMON)
        files, found = scan(self._archive, _inner, {*wanted, _MAKEFILE}, folders)
        if not any(name.split("/", 1)[0] in _TOP for name in found):
            raise _no_tree(self.name, "is an archive of something else than a kernel tree")
        self._names = frozenset(found)
        for path, data in files.items():
            self._memory[path] = data.decode("utf-8", "replace")
        if self._root is None:
            return
        try:
            for path, data in files.items():
                _write(self._root / path, data)
            _write(self._root / _INDEX, "".join(f"{name}\n" for name in sorted(found)).encode())
        except OSError as error:
            self._say(f"not kept in {self._root}: {error.strerror}")

    def _index(self) -> frozenset[str] | None:
        """The names of all files of the archive, if it was read before."""
        if self._names is None and self._root is not None:
            with contextlib.suppress(OSError):
                text = (self._root / _INDEX).read_text("utf-8", "replace")
                self._names = frozenset(text.splitlines())
        return self._names

    # --- errors -------------------------------------------------------------------------------

    def _missing(self, path: str) -> LastputError:
        near = self._nearest(path)
        remedy = f"did you mean {' or '.join(near)}?" if near else "give a path from the top of the tree"
        return LastputError("not-in-tree", f"{path} is not in the tree", remedy, Place(self.name))

    def _nearest(self, path: str) -> list[str]:
        wanted = PurePosixPath(path).name
        if self._archive is None:
            names = _walk(self._root, wanted) if self._root else []
        else:
            names = sorted(self._index() or ())
        same = [name for name in names if name.rsplit("/", 1)[-1] == wanted]
        return difflib.get_close_matches(path, same, 3, 0.0) or difflib.get_close_matches(
            path, [name for name in names if _alike(name, path)], 3, 0.75
        )


def open_tree(path: str | os.PathLike[str], say: Say | None = None) -> Tree:
    """The kernel tree at ``path``: a directory, or a tar archive, packed by xz, gzip, bzip2 or not.

    ``say`` is told what takes long. Nothing is read yet. Raises LastputError ``no-tree``.
    """
    name = os.fspath(path)
    say = say or _silent
    where = Path(name).expanduser()
    try:
        if where.is_dir():
            if not any((where / top).is_dir() for top in sorted(_TOP)):
                raise _no_tree(name, "is a directory without the folders of a kernel tree")
            return Tree(name, where, None, say)
        if not where.exists():
            raise _no_tree(name, "does not exist")
        if not where.is_file() or not is_archive(where):
            raise _no_tree(name, "is neither a directory nor a tar archive (xz, gzip, bzip2)")
        stat = where.stat()
    except (OSError, ValueError) as error:
        raise _no_tree(name, f"cannot be opened ({error})") from None
    key = f"{where.resolve()}\n{stat.st_size}\n{stat.st_mtime_ns}"
    return Tree(name, _cache(hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:16]), where, say)


def _no_tree(name: str, why: str) -> LastputError:
    remedy = "give the top of a kernel tree, or a linux-source-*.tar.xz"
    return LastputError("no-tree", f"{name} {why}", remedy)


def _silent(message: str) -> None:
    pass


def _cache(key: str) -> Path | None:
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        home = Path(base) if base.startswith("/") else Path.home() / ".cache"
    except RuntimeError:  # no home at all
        return None
    return home / "lastput" / "trees" / key


def _clean(relpath: str) -> str | None:
    """``relpath`` in its simplest form, or None when it leads out of the tree."""
    parts = PurePosixPath(relpath).parts
    if not parts or parts[0] == "/" or ".." in parts or "\0" in relpath:
        return None
    return "/".join(parts)


def _inner(member: str) -> str:
    """The path of an archive's member from the top of the tree: without the folder around it."""
    parts = [part for part in member.split("/") if part not in ("", ".")]
    if len(parts) > 1 and parts[0] not in _TOP and parts[0] not in _ALSO_TOP:
        del parts[0]
    return "/".join(parts)


def _write(path: Path, data: bytes) -> None:
    """All or nothing: readers see the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _alike(name: str, path: str) -> bool:
    """A cheap test before the close look: the same first letter of the last part, a like length."""
    a, b = name.rsplit("/", 1)[-1], path.rsplit("/", 1)[-1]
    return a[:1] == b[:1] and abs(len(a) - len(b)) < 4


def _walk(root: Path, wanted: str) -> list[str]:
    """The C files of a directory tree, in order, at most as many as a kernel has."""
    names: list[str] = []
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        inner = Path(folder).relative_to(root).as_posix()
        prefix = "" if inner == "." else inner + "/"
        names += [prefix + f for f in sorted(files) if f.endswith((".c", ".h")) or f == wanted]
        if len(names) > 100_000:
            break
    return names
