"""A claim in a file that was edited: where its places are now."""

from __future__ import annotations

__all__ = ["moved"]

import difflib
from collections.abc import Callable, Mapping

import msgspec

from lastput.schema.claim import Claim, Site

_GONE = 0  # the line of a place that an edit replaced


def moved(claim: Claim, read_tree: Callable[[str], str], texts: Mapping[str, str]) -> Claim:
    """The claim with its sites at their lines in ``texts``, the new contents of some files of the tree. A
    site whose line was changed or removed has line 0: it says what it said, and is no place any more."""
    lines = {
        path: _mapped(read_tree(path), texts[path])
        for path in dict.fromkeys(site.path for site in claim.sites)
        if path in texts
    }

    def now(site: Site) -> Site:
        known = lines.get(site.path)
        return site if known is None else msgspec.structs.replace(site, line=known.get(site.line, _GONE))

    return msgspec.structs.replace(claim, sites=tuple(now(site) for site in claim.sites))


def _mapped(old: str, new: str) -> dict[int, int]:
    """The new line of each old one that is still there, both from 1."""
    before, after = old.split("\n"), new.split("\n")
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {block.a + offset + 1: block.b + offset + 1 for block in blocks for offset in range(block.size)}
