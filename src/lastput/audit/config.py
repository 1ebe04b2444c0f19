"""``lastput.toml``: what a project always asks of the audit, and what it has judged itself.

[audit]
ignore = ["REF"]
confidence = "high"

[[safe]]
rule = "MOD001"
path = "drivers/block/loop.c"      # may have * and ?
function = "__loop_clr_fd"         # optional, as is object
reason = "the block core holds lo_fops.owner until after release"
"""

from __future__ import annotations

__all__ = ["NAME", "Config", "Entry", "Settings", "read_config"]

from pathlib import Path

import msgspec

from lastput.errors import LastputError, Place
from lastput.schema.finding import Confidence

NAME = "lastput.toml"


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place that is safe, and why."""

    rule: str
    path: str
    reason: str = ""
    function: str = ""
    object: str = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Defaults for the command line, which goes first."""

    rules: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    confidence: Confidence = "medium"
    baseline: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    audit: Settings = Settings()
    safe: tuple[Entry, ...] = ()


def read_config(path: Path) -> Config:
    """Read it. Raises LastputError ``bad-config``; OSError if it cannot be read."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Config)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LastputError(
            "bad-config", f"this is no {NAME}: {error}", "docs/audit.md has its form", Place(str(path))
        ) from None
