"""Which version of the rules speaks: a digest of their sources."""

from __future__ import annotations

__all__ = ["shared_sources"]

import functools
import hashlib
from pathlib import Path

import lastput


@functools.cache
def shared_sources() -> str:
    """A digest of the sources that all rules use, so that nothing older answers for an edited one."""
    package = Path(lastput.__file__).parent
    digest = hashlib.sha256(lastput.__version__.encode())
    for part in ("audit", "c", "effects", "facts", "schema"):
        for path in sorted((package / part).rglob("*")):
            if path.suffix in (".py", ".toml", ".sql") and path.parent.name != "rules":
                digest.update(path.read_bytes())
    return digest.hexdigest()
