"""Marks in the functions of a claim, in memory: where the reference is taken, and where it would be lost.

The checker finds the shortest way to an error of a class, which may be another object's. With marks the error
is that of the claim: at the exit that it names, the reference that was taken at its getter is still counted.
A mark before ``return -EINVAL;`` also is a step, where the statement has none.
"""

from __future__ import annotations

__all__ = ["definitions", "marked", "targeted"]

import re
from collections.abc import Callable

from lastput.prove.case import struct_of
from lastput.prove.control import with_call
from lastput.schema.claim import Claim, Site

_TAKES, _LEAVES = "lastput_takes", "lastput_leaves"


def targeted(claim: Claim, read_tree: Callable[[str], str]) -> bool:
    """Whether the marks tell the claim's own reference: there is a place for each of them."""
    get = next((site for site in claim.sites if site.role == "get"), None)
    left = [site for site in claim.sites if site.role == "exit"]
    return (
        claim.error == "leak"
        and bool(struct_of(claim.object))
        and get is not None
        and _after("", get, read_tree(get.path)) is not None
        and bool(left)
        and all(with_call("", site, read_tree) is not None for site in left)
    )


def definitions(claim: Claim, own: bool) -> str:
    """Litmus C for what the marks call. ``own``: they tell the claim's reference (``targeted``)."""
    if not own:
        return f"static int lastput_left;\nstatic void {_LEAVES}(void) {{ plain {{ lastput_left = 0; }} }}"
    return f"""\
static struct {struct_of(claim.object)} *lastput_taken;

static void {_TAKES}(struct {struct_of(claim.object)} *token)
{{
	plain {{ lastput_taken = token; }}
}}

static void {_LEAVES}(void)
{{
	plain {{
		if (!IS_ERR_OR_NULL(lastput_taken) && __live(lastput_taken) && lastput_taken->token_refs > 0)
			fail(LEAK, lastput_taken, "the reference is lost here");
	}}
}}"""


def marked(claim: Claim, own: bool, read_tree: Callable[[str], str]) -> Callable[[str], str]:
    """The files of the tree with the marks of a claim."""
    texts: dict[str, str] = {}

    def read(path: str) -> str:
        return texts[path] if path in texts else read_tree(path)

    for site in claim.sites:
        if site.role == "exit":
            edited = with_call(f"{_LEAVES}()", site, read)
            if edited is not None:
                texts[edited.path] = edited.text
        elif site.role == "get" and own:
            text = _after(f"{_TAKES}({site.text})", site, read(site.path))
            if text is not None:
                texts[site.path] = text
    return read


def _after(call: str, site: Site, text: str) -> str | None:
    """The file with ``call`` after the statement that begins in the site's line, or at the begin of the
    body of the loop that does; None if neither stands there."""
    lines = text.split("\n")
    if not 1 <= site.line <= len(lines):
        return None
    if re.match(r"\s*(?:else\s+)?(?:if|while|switch|return)\b", lines[site.line - 1]):
        return None
    depth = 0
    for number in range(site.line - 1, min(site.line + 8, len(lines))):
        for at, letter in enumerate(lines[number]):
            depth += (letter in "([{") - (letter in ")]}")
            if depth < 0:
                return None
            if (letter == ";" and depth == 0) or (letter == "{" and depth == 1):
                lines[number] = f"{lines[number][: at + 1]} {call};{lines[number][at + 1 :]}"
                return "\n".join(lines)
    return None
