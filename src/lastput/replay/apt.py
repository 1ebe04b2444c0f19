"""apt as this machine has it, and the same mirror with Debian's newer suites: kept in the cache, so that
neither root nor a change of the machine's own sources is needed."""

from __future__ import annotations

__all__ = ["download", "newer", "own", "run"]

import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from lastput.errors import LastputError
from lastput.replay import cache

_SUITES = ("trixie", "trixie-backports", "sid")
_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
_DAY = 86400.0
_GLANCE = 0.3  # seconds between two looks at what is there


def own() -> list[str]:
    """No options: what is configured here."""
    return []


def newer() -> list[str]:
    """Options for Debian's newer suites; their lists are downloaded once a day.

    Raises LastputError ``fetch-failed``.
    """
    folder = cache.folder("apt")
    lists = folder / "lists"
    for one in (lists / "partial", folder / "archives" / "partial"):
        one.mkdir(parents=True, exist_ok=True)
    sources = folder / "sources.list"
    sources.write_text("".join(f"deb [signed-by={_KEYS}] {_mirror()} {one} main\n" for one in _SUITES))
    options = [
        f"-oDir::Etc::sourcelist={sources}", "-oDir::Etc::sourceparts=-", f"-oDir::State::lists={lists}",
        f"-oDir::Cache={folder}", "-oAPT::Sandbox::User=root", "-oAcquire::Languages=none",
        "-oAcquire::Retries=4",
    ]  # fmt: skip
    fresh = folder / "updated"
    there = fresh.is_file() and any(lists.glob("*_Packages*"))  # `lastput cache` may have removed some
    if not there or time.time() - fresh.stat().st_mtime > _DAY:
        run(["apt-get", *options, "update", "-qq", "--allow-releaseinfo-change"])
        fresh.touch()
    return options


def run(command: list[str], folder: Path | None = None) -> str:
    """What a command of apt printed. Raises LastputError ``fetch-failed``."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        what = next((word for word in command[1:] if not word.startswith("-")), "")
        raise LastputError(
            "fetch-failed", f"{command[0]} {what} failed: {last}", "apt-get update, then again"
        )
    return done.stdout


def download(packages: list[str], options: list[str], folder: Path, tell: Callable[[str], None]) -> None:
    """Download packages into ``folder``; ``tell`` hears which, and how much of it is there."""
    before = _bytes(folder)
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(run, ["apt-get", *options, "download", "-qq", *packages], folder)
        while wait([job], _GLANCE).not_done:
            tell(f"downloading {' and '.join(packages)}: {(_bytes(folder) - before) / 1e6:.0f} MB")
        job.result()


def _bytes(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.iterdir() if one.is_file())


def _mirror() -> str:
    """The mirror of Debian's archive that this machine uses."""
    told = run(["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Identifier: Packages"])
    found = [line.removeprefix("Debian ") for line in told.splitlines() if line.startswith("Debian ")]
    if not found:
        raise LastputError(
            "fetch-failed", "this machine's apt knows no mirror of Debian", "download the package by hand"
        )
    return found[0].rstrip("/")
