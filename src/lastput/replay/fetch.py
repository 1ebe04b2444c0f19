"""Find the packages of a kernel by a name, a pattern or a version, or download them with apt."""

from __future__ import annotations

__all__ = ["locate", "parts"]

import fnmatch
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from lastput.errors import LastputError
from lastput.replay import apt, cache

_IMAGE = re.compile(r"linux-(?:image|binary)-(?:unsigned-)?(?=[\d*])")
_VERSION = re.compile(r"\d+(\.\d+)*")
#: What counts only when it is named.
_FLAVOURS = ("-cloud-", "-rt-", "-unsigned", "-dbg")
_USUAL = ("-amd64", "-generic")


def _nobody(_: str) -> None:
    """Hears nothing."""


def locate(word: str, fetch: bool, tell: Callable[[str], None] = _nobody) -> tuple[Path, ...]:
    """The files or the directory that ``word`` names: a path; a package, which may be a pattern
    (``linux-image-6.1.0-*-amd64``) or one that only depends on another (``linux-image-amd64``); or a
    version (``7.3``). Of several the newest counts. A kernel that is packed in parts has all of them.
    With ``fetch`` a package that is not there is downloaded to the cache, from a newer suite of Debian if
    need be; nothing is installed. ``tell`` hears what takes long.

    Raises LastputError ``no-kernel`` or ``fetch-failed``.
    """
    path = Path(word)
    if path.is_file() and path.suffix == ".deb":
        return _with_siblings(path)
    if path.exists():
        return (path,)
    wanted = path.name if path.parent != Path() else word
    for folder in (path.parent, cache.folder("packages")):
        there = _files(folder)
        if (found := parts(wanted, there)) and (_whole(found) or not fetch):
            return tuple(there[name] for name in found)
    if word.endswith(".deb") or "/" in word:
        raise LastputError("no-kernel", f"{word}: no such file or directory", "see `lastput replay --help`")
    if not fetch:
        raise LastputError(
            "no-kernel", f"{word}: no such file, and no such package was downloaded", "--fetch downloads it"
        )
    return _downloaded(word, tell)


def parts(word: str, names: Iterable[str]) -> tuple[str, ...]:
    """Of the packages ``names`` those that together are the newest kernel that ``word`` names; () if none
    is one.

    Debian packs image and modules in ``linux-image-RELEASE``; in newer releases the image is in
    ``linux-binary-RELEASE`` and the modules in ``linux-modules-RELEASE``, and linux-image-RELEASE depends
    on both. Ubuntu has the modules in linux-modules-RELEASE and linux-modules-extra-RELEASE.
    """
    known = set(names)
    releases = {_IMAGE.sub("", name) for name in known if _IMAGE.match(name)}
    fitting = [release for release in releases if _fits(release, word)]
    if not fitting:
        return ()
    release = max(fitting, key=_version)
    binary = [one for one in (f"linux-binary-{release}",) if one in known]
    modules = [one for one in (f"linux-modules-{release}", f"linux-modules-extra-{release}") if one in known]
    image = [one for one in (f"linux-image-{release}", f"linux-image-unsigned-{release}") if one in known]
    return (*binary, *modules, *(() if binary and modules else image[:1]))


def _fits(release: str, word: str) -> bool:
    asked = _IMAGE.sub("", word)
    if any(one in f"{release}-" and one not in f"{word}-" for one in _FLAVOURS):
        return False
    if _VERSION.fullmatch(asked):
        return bool(re.match(rf"{re.escape(asked)}[.+-]", release)) and release.endswith(_USUAL)
    return fnmatch.fnmatchcase(release, asked)


def _whole(found: tuple[str, ...]) -> bool:
    """Whether there are modules beside an image that is packed alone."""
    return not found[0].startswith("linux-binary-") or len(found) > 1


def _with_siblings(package: Path) -> tuple[Path, ...]:
    """A package file with the other parts of the same kernel that lie beside it."""
    there = _files(package.parent)
    release = re.sub(r"^linux-(?:image|binary|modules)-(?:unsigned-|extra-)?", "", _name(package))
    found = parts(f"linux-image-{release}", there)
    if _name(package) not in found:
        return (package,)
    return tuple(package if name == _name(package) else there[name] for name in found)


def _downloaded(word: str, tell: Callable[[str], None]) -> tuple[Path, ...]:
    if not shutil.which("apt-get"):
        raise LastputError("fetch-failed", "there is no apt-get here", "download the package by hand")
    folder = cache.folder("packages")
    for source in (apt.own, apt.newer):
        tell(f"looking for {word} in the lists of packages")
        options = source()
        listed = apt.run(["apt-cache", *options, "pkgnames", "linux-"]).split()
        wanted = parts(_depended(word, options, listed), listed)
        if not wanted:
            continue
        there = _files(folder)
        if missing := [name for name in wanted if name not in there]:
            apt.download(missing, options, folder, tell)
        there = _files(folder)
        return tuple(there[name] for name in wanted)
    raise LastputError(
        "fetch-failed",
        f"neither this machine's apt nor a newer suite of Debian has a package {word}",
        "name a version (6.12), a release, or a linux-image package",
    )


def _depended(word: str, options: list[str], listed: list[str]) -> str:
    """The package that a package without a version depends on; ``word`` itself if it has one."""
    if word not in listed or re.search(r"\d\.\d", word):
        return word
    told = apt.run(["apt-cache", *options, "depends", word])
    return next((one for one in re.findall(r"Depends: (\S+)", told) if _IMAGE.match(one)), word)


def _files(folder: Path) -> dict[str, Path]:
    """The package files of a folder by their names, the newest of each."""
    found = sorted(folder.glob("linux-*.deb"), key=lambda path: _version(path.name))
    return {_name(path): path for path in found}


def _name(package: Path) -> str:
    return package.name.partition("_")[0]


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", name))
