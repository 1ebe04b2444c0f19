"""``claims.toml`` beside litmus tests: what was claimed somewhere, and how the tests decide it."""

from __future__ import annotations

__all__ = ["read_claims"]

import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from lastput.errors import LastputError, Place
from lastput.schema.checked import Claim

_NAME = "claims.toml"


def read_claims(tests: Iterable[Path]) -> tuple[Claim, ...]:
    """The claims of all folders that hold ``tests``, in written order. Raises LastputError ``bad-claims``."""
    folders = dict.fromkeys(path.parent for path in tests)
    return tuple(claim for folder in folders for claim in _read(folder / _NAME))


def _read(path: Path) -> list[Claim]:
    if not path.is_file():
        return []
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return [msgspec.convert({"name": name, **claim}, Claim) for name, claim in table.items()]
    except (OSError, ValueError, TypeError) as error:  # of TOML, of UTF-8, of msgspec: ValueErrors
        raise LastputError(
            "bad-claims",
            f"this is no table of claims: {error}",
            "each claim has says, verdict (CONFIRM, REFUTE, BOTH or OPEN) and because",
            Place(str(path)),
        ) from None
