"""Files of the tree with one statement more or less, in memory.

The control of a CONFIRMED is the same model with the remedy: if it still goes wrong, it is the model that is
wrong, or the remedy.
"""

from __future__ import annotations

__all__ = ["Edited", "remedied", "with_call"]

import re
from collections.abc import Callable, Sequence

import msgspec

from lastput.schema.claim import Claim, Site

_STATEMENT = re.compile(r"^\s*(?:else\s+)?(?!(?:if|while|for|do|switch|else|case|default)\b)(\w[^{}]*)$")

#: A statement that had a call put before it.
_BLOCK = re.compile(r"^(\s*(?:else\s+)?\{ )(?=.*; \}\s*$)")


class Edited(msgspec.Struct, frozen=True):
    """A file with the remedy in it, and what was done, in words."""

    path: str
    text: str
    what: str


def remedied(claim: Claim, read_tree: Callable[[str], str]) -> Edited | None:
    """The file of the claim's site with the call that is missing before it; for a deadlock, without the wait.
    None where that cannot be done on one line."""
    if claim.error == "deadlock":
        wait = next((site for site in claim.sites if site.role == "wait"), None)
        return _without(wait, read_tree) if wait is not None else None
    if not claim.missing or not 0 <= claim.before < len(claim.sites):
        return None
    return with_call(claim.missing, claim.sites[claim.before], read_tree)


def with_call(call: str, site: Site, read_tree: Callable[[str], str]) -> Edited | None:
    """The site's file with ``call`` before the statement in its line, or before the brace that ends a
    function; None if no whole statement stands there."""
    lines = read_tree(site.path).split("\n")
    if not 1 <= site.line <= len(lines):
        return None
    line = lines[site.line - 1]
    opened = _BLOCK.match(line)
    statement = _STATEMENT.match(line)
    end = _end(lines, site.line - 1)
    if opened is not None:
        lines[site.line - 1] = f"{opened[1]}{call}; {line[opened.end() :]}"
    elif statement is None or end < 0:
        if site.role != "exit" or line.strip() != "}":
            return None
        lines[site.line - 1] = f"{call}; {line.strip()}"
    else:
        start = statement.start(1)
        lines[site.line - 1] = f"{line[:start]}{{ {call}; {line[start:].strip()}"
        lines[end] += " }"
    return Edited(site.path, "\n".join(lines), f"{call} before line {site.line}")


def _without(site: Site, read_tree: Callable[[str], str]) -> Edited | None:
    lines = read_tree(site.path).split("\n")
    if not 1 <= site.line <= len(lines) or not site.call:
        return None
    line = lines[site.line - 1]
    found = re.search(rf"\b{re.escape(site.call)}\s*\(.*\)\s*;", line)
    if found is None:
        return None
    lines[site.line - 1] = f"{line[: found.start()]};{line[found.end() :]}"
    return Edited(site.path, "\n".join(lines), f"no {site.call}() in line {site.line}")


def _end(lines: Sequence[str], first: int) -> int:
    """The line in which the statement that begins in line ``first`` ends, both from 0, if nothing follows it
    there; -1 if it does not end soon."""
    depth = 0
    for number in range(first, min(first + 8, len(lines))):
        for at, letter in enumerate(lines[number]):
            depth += (letter in "([{") - (letter in ")]}")
            if letter == ";" and depth == 0:
                return number if not lines[number][at + 1 :].strip() else -1
    return -1
