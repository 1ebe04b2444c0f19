"""How many bodies the parser understands: what a rule would not be able to see."""

from __future__ import annotations

__all__ = ["parse_bodies"]

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from lastput.c.raw.body import parse_body
from lastput.c.raw.source import Source
from lastput.facts.base import Facts
from lastput.facts.index import Skip
from lastput.facts.workers import with_parent

_FILES = 64


def parse_bodies(
    tree: Path, database: Path, jobs: int = 0, progress: Callable[[int, int], None] | None = None
) -> tuple[int, list[Skip]]:
    """Parse every function of the base: how many there are, and those with a syntax error left."""
    with Facts(tree, database) as facts:
        paths = [
            row[0]
            for row in facts.sql("SELECT DISTINCT p.path FROM files p JOIN functions f ON f.file = p.id")
        ]
    groups = [paths[start : start + _FILES] for start in range(0, len(paths), _FILES)]
    functions = 0
    unclean: list[Skip] = []
    with ProcessPoolExecutor(
        jobs or os.cpu_count() or 1, mp_context=get_context("forkserver"), initializer=with_parent
    ) as pool:
        for done, (count, bad) in enumerate(pool.map(_parse, [tree] * len(groups), groups), 1):
            functions += count
            unclean += [Skip(*one) for one in bad]
            if progress is not None:
                progress(done * _FILES, len(paths))
    return functions, unclean


def _parse(tree: Path, paths: list[str]) -> tuple[int, list[tuple[str, str]]]:
    count, bad = 0, []
    for path in paths:
        source = Source(path, (tree / path).read_bytes())
        for function in source.functions:
            count += 1
            if not parse_body(source, function).clean:
                bad.append(
                    (path, f"line {source.line(function.start)}: {function.head.name}: syntax not understood")
                )
    return count, bad
