"""The source lines that a finding names, taken along so that it can be shown without the tree."""

from __future__ import annotations

__all__ = ["with_sources"]

import msgspec

from lastput.audit.tree import Tree
from lastput.schema.finding import Finding
from lastput.schema.trace import Source

_LONGEST = 200  # columns of a line that are kept


def with_sources(tree: Tree, finding: Finding, around: int = 0) -> Finding:
    """The finding with the lines of its place, its causes and its chain, and ``around`` more on each side."""
    wanted = {(finding.where.path, finding.where.line)}
    wanted |= {(cause.where.path, cause.where.line) for cause in finding.causes}
    wanted |= {(link.where.path, link.where.line) for link in finding.chain}
    found = []
    for path in sorted({path for path, _ in wanted}):
        text = tree.text(path)
        lines = text.split("\n") if text is not None else []
        named = {line for one, line in wanted if one == path}
        for line in sorted({near for one in named for near in range(one - around, one + around + 1)}):
            if 0 < line <= len(lines):
                found.append(Source(path, line, lines[line - 1].rstrip().expandtabs(8)[:_LONGEST]))
    return msgspec.structs.replace(finding, sources=tuple(found))
