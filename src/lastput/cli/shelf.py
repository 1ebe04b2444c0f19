"""Which files a word on the command line means: a path, or a place on the shelf of litmus tests.

The shelf is ``litmus/`` of a checkout, or its copy in an installed package. A word without a slash or
a dot that names a folder of the shelf is that folder, whatever lies in the current directory;
``./kvm`` is the directory.
"""

from __future__ import annotations

__all__ = ["display", "folders", "is_folder", "resolve", "root"]

import difflib
import os
from pathlib import Path

import lastput
from lastput.errors import LastputError

_PACKAGE = Path(lastput.__file__).parent


def root() -> Path | None:
    """The shelf, if there is one."""
    checkout = _PACKAGE.parent.parent
    for place in (checkout / "litmus", _PACKAGE / "shelf"):
        if place.is_dir() and (place.parent == _PACKAGE or (checkout / "pyproject.toml").is_file()):
            return place
    return None


def folders() -> tuple[str, ...]:
    """The folders of the shelf, sorted."""
    shelf = root()
    return tuple(sorted(one.name for one in shelf.iterdir() if one.is_dir())) if shelf else ()


def is_folder(word: str) -> bool:
    """Whether ``word`` stands for many files: then a table is wanted."""
    return word in folders() or Path(word).is_dir() or (not _exact(word) and len(_beginning(word)) > 1)


def resolve(word: str) -> tuple[Path, ...]:
    """The litmus tests that ``word`` means, sorted: a file, a folder, or those of a folder of the shelf whose
    names begin so (``kvm/f1``). Raises LastputError ``no-such-test``."""
    shelf = root()
    if shelf and word in folders():
        return _inside(shelf / word, word)
    path = Path(word)
    if path.is_dir():
        return _inside(path, word)
    found = _exact(word) or _beginning(word)
    if found:
        return found
    raise LastputError(
        "no-such-test",
        f"{word}: no file, no directory, and no test that comes with lastput",
        _hint(word, shelf),
    )


def _exact(word: str) -> tuple[Path, ...]:
    """The file that has this name, or the test of the shelf."""
    shelf, path = root(), Path(word)
    if path.exists():
        return (path,)
    if shelf is None:
        return ()
    for candidate in (shelf / word, shelf / f"{word}.c"):
        if candidate.is_file() and candidate.resolve().is_relative_to(shelf.resolve()):
            return (candidate,)
    return ()


def _beginning(word: str) -> tuple[Path, ...]:
    """The tests of a folder of the shelf whose names begin with what is behind the slash."""
    shelf = root()
    folder, _, start = word.partition("/")
    if shelf is None or not start or folder not in folders():
        return ()
    return tuple(one for one in _inside(shelf / folder, word) if one.name.startswith(start))


def display(path: Path) -> str:
    """The name that a user would type for a file, and that ``resolve`` finds again."""
    for base in (root(), Path.cwd()):
        if base and path.resolve().is_relative_to(base.resolve()):
            return path.resolve().relative_to(base.resolve()).as_posix()
    return path.as_posix()


def _inside(folder: Path, word: str) -> tuple[Path, ...]:
    """The tests below a folder: C files with a ``Result:`` line; the rest is there to be included."""
    found = []
    for directory, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if not name.startswith("."))
        found += [Path(directory) / name for name in sorted(files) if name.endswith(".c")]
    tests = tuple(path for path in found if "Result:" in path.read_text("utf-8", "replace")[:4096])
    if not tests:
        raise LastputError(
            "no-such-test",
            f"{word}: no litmus test in this directory",
            "a test is a .c file with a line `Result:`",
        )
    return tests


def _hint(word: str, shelf: Path | None) -> str:
    if shelf is None:
        return "no tests came with this installation: name a file"
    names = [*folders(), *(path.relative_to(shelf).as_posix() for path in shelf.rglob("*.c"))]
    near = difflib.get_close_matches(word if "." in word else f"{word}.c", sorted(names), 1, 0.6)
    near = near or difflib.get_close_matches(word, folders(), 1, 0.5)
    return f"did you mean {near[0]}?" if near else f"the folders of tests are: {', '.join(folders())}"
