"""``lastput lsp``: the server with the trees of this machine."""

from __future__ import annotations

__all__ = ["run"]

from pathlib import Path

from lastput.cli.asked import asked
from lastput.cli.tree import opener_for_file
from lastput.errors import LastputError
from lastput.facts.location import database_path


def run() -> int:
    """Until the editor ends it. Raises LastputError ``no-pygls``."""
    try:
        from lastput.lsp.server import make_server
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise LastputError(
            "no-pygls", "the language server needs pygls", "pip install 'lastput[lsp]'"
        ) from None
    make_server(_locate).start_io()
    return 0


def _locate(file: Path) -> tuple[Path, str, Path]:
    """The tree of a file, its path there, and the fact base, which is brought up to date."""
    place = asked([str(file)])
    path = place.paths[0]
    opener_for_file(place.root, path)
    return place.root, path, database_path(place.root)
