"""numba, set up so that compiled code is kept between runs.

The cache stands beside the package; if that is not writable, in the user's cache directory. It is
named by a digest of the compiled sources, since numba itself would not notice that a function has
changed which another one calls.
"""

from __future__ import annotations

__all__ = ["I1", "I2", "I8", "U1", "U2", "U4", "U8", "is_cold", "njit"]

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

I8 = numba.int64
I1 = numba.int64[::1]
I2 = numba.int64[:, ::1]
U1 = numba.uint8[::1]
U2 = numba.uint16[::1]
U4 = numba.uint32[::1]
U8 = numba.uint64[::1]

#: Files whose text ends up in compiled code.
SOURCES = (
    "blocks",
    "blocks_fast",
    "canonical",
    "canonical_numba",
    "canonical_tables",
    "explore",
    "image",
    "index",
    "jit",
    "kinds",
    "layout_fast",
    "machine",
    "program",
    "races",
    "routes",
)


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _cache() -> Path:
    here = Path(__file__).parent
    digest = hashlib.blake2b(digest_size=6)
    for name in SOURCES:
        source = here / f"{name}.py"
        digest.update(source.read_bytes() if source.exists() else b"")
    name = f"machine-{digest.hexdigest()}"
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return Path(given) / name
    beside = here / "__pycache__"
    if (beside / name).is_dir() or _writable(beside):
        return beside / name
    user = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    if _writable(Path(user) / "lastput"):
        return Path(user) / "lastput" / name
    return Path(tempfile.gettempdir()) / f"lastput-{os.getuid() if hasattr(os, 'getuid') else 0}" / name


CACHE = _cache()


def njit(signature: Any = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``numba.njit``; with a signature compiled at once, or loaded from the cache. Without one it is
    compiled as part of what calls it."""
    wrap = numba.njit() if signature is None else numba.njit(signature, cache=True)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        config: Any = numba.config
        before = config.CACHE_DIR
        config.CACHE_DIR = str(CACHE)
        try:
            compiled: Callable[..., Any] = wrap(function)
        finally:
            config.CACHE_DIR = before
        return compiled

    return decorate


def is_cold() -> bool:
    """Whether the machine has to be compiled first (some seconds, once per installation)."""
    return not any(CACHE.rglob("explore.explore-*.nbc"))
