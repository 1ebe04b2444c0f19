"""The fact base of a tree, brought up to date and opened."""

from __future__ import annotations

__all__ = ["opener", "store_of"]

from pathlib import Path

from lastput.audit.tree import OpenTree
from lastput.errors import LastputError


def opener(tree: str, quiet: bool = False) -> OpenTree:
    """Index ``tree`` as far as it has changed, and give what opens it in any process."""
    raise LastputError("no-facts", f"{tree}: there is no fact base yet", "it comes with lastput.facts")


def store_of(root: Path) -> Path:
    """The folder outside of the tree where the fact base of ``root`` and what is derived from it lies."""
    raise LastputError("no-facts", f"{root}: there is no fact base yet", "it comes with lastput.facts")
