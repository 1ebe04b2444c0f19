"""Find a kernel package by a pattern, or download it with apt."""

from __future__ import annotations

__all__ = ["locate"]

import fnmatch
import re
import shutil
import subprocess
from pathlib import Path

from lastput.errors import LastputError
from lastput.replay import cache


def locate(word: str, fetch: bool) -> Path:
    """The file or directory that ``word`` names: a path, or the name of a package, which may be a
    pattern (``linux-image-6.1.0-*-amd64``). Of several the newest counts. With ``fetch`` a package that
    is not there is downloaded to the cache; nothing is installed.

    Raises LastputError ``no-kernel`` or ``fetch-failed``.
    """
    if Path(word).exists():
        return Path(word)
    here = [one for one in Path(word).parent.glob("*.deb") if _is(one.name.split("_")[0], Path(word).name)]
    kept = here or [
        one for one in cache.folder("packages").glob("*.deb") if _is(one.name.split("_")[0], word)
    ]
    if kept:
        return max(kept, key=lambda path: _version(path.name))
    if word.endswith(".deb") or "/" in word:
        raise LastputError("no-kernel", f"{word}: no such file or directory", "see `lastput replay --help`")
    if not fetch:
        raise LastputError(
            "no-kernel", f"{word}: no such file, and no such package was downloaded", "--fetch downloads it"
        )
    return _download(word)


def _download(word: str) -> Path:
    if not shutil.which("apt-get"):
        raise LastputError("fetch-failed", "there is no apt-get here", "download the package by hand")
    listed = _run(["apt-cache", "pkgnames", "linux-image-"]).split()
    names = [name for name in listed if _is(name, word)]
    if not names:
        raise LastputError("fetch-failed", f"apt knows no package {word}", "apt-get update, or another name")
    folder = cache.folder("packages")
    _run(["apt-get", "download", "-qq", max(names, key=_version)], folder)
    return locate(word, False)


def _run(command: list[str], folder: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise LastputError(
            "fetch-failed", f"{' '.join(command[:2])} failed: {last}", "apt-get update, then again"
        )
    return done.stdout


def _is(name: str, word: str) -> bool:
    """Whether a package has the name; flavours count only when they are named."""
    flavour = any(one in name and one not in word for one in ("-cloud-", "-rt-", "-unsigned", "-dbg"))
    return fnmatch.fnmatch(name, word) and not flavour


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", name))
