"""A progress bar on stderr, for a person at a terminal."""

from __future__ import annotations

__all__ = ["bytes_progress"]

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def bytes_progress(what: str, wanted: bool = True) -> Iterator[Callable[[int, int], None] | None]:
    """Gives a function to be told how many bytes are done, and of how many; None without a terminal."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
