"""Marks in the functions of a claim, in memory: where the reference is taken, and where it would be lost.

The checker finds the shortest way to an error of a class, which may be another object's, or at another exit.
With marks the error is that of the claim: at the exit that it names, the reference that was taken at its
getter is still counted, or what was registered still stands. A mark before ``return -EINVAL;`` also is a
step, where the statement has none.
"""

from __future__ import annotations

__all__ = ["Marks", "left_behind", "marks_of"]

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from lastput.prove.case import struct_of
from lastput.prove.control import with_call
from lastput.schema.claim import Claim, Site

_TAKES, _LEAVES = "lastput_takes", "lastput_leaves"
_ENDS = ("unmapped-text", "use-after-free", "leak")


def left_behind(claim: Claim) -> bool:
    """Whether it is about a registration that stands when the function that made it fails."""
    roles = [site.role for site in claim.sites]
    return "publish" in roles and "exit" in roles and claim.error in _ENDS


class Marks(msgspec.Struct, frozen=True):
    """What is marked of a claim: its own ``reference``, its ``registration``, or only its ``exit``, so that
    it is a step. ``own``: the marks tell the claim's error from any other of its class."""

    claim: Claim
    kind: Literal["reference", "registration", "exit"]
    own: bool

    def definitions(self, told: bool = False) -> str:
        """Litmus C for what the marks call; ``told``: in the test that is kept, whose source has no marks."""
        if self.kind == "registration":
            return _registered(at_exit=self.own and not told)
        if self.kind == "reference":
            return _taken(struct_of(self.claim.object))
        return f"static int lastput_left;\nstatic void {_LEAVES}(void) {{ plain {{ lastput_left = 0; }} }}"

    def tells(self, read_tree: Callable[[str], str]) -> bool:
        """Whether a leak would be seen: what the getter gives, or raises, is followed to the exit."""
        if self.kind == "registration":
            return True
        get = next((site for site in self.claim.sites if site.role == "get"), None)
        if get is None or not struct_of(self.claim.object):
            return False
        if get.line < 1:  # an edit replaced it: any reference that is left at the end is told
            return True
        lines = read_tree(get.path).split("\n")
        near = " ".join(lines[max(get.line - 2, 0) : get.line + 1])
        text = re.escape(get.text)
        return bool(re.search(rf"{text}\s*=(?!=)|for_each\w*\([^;{{]*\b{text}\b", near))

    def put_into(self, read_tree: Callable[[str], str]) -> Callable[[str], str]:
        """The files of the tree with the marks."""
        texts: dict[str, str] = {}

        def read(path: str) -> str:
            return texts[path] if path in texts else read_tree(path)

        for site in self.claim.sites:
            if site.role == "exit":
                edited = with_call(f"{_LEAVES}()", site, read)
                if edited is not None:
                    texts[edited.path] = edited.text
            elif site.role == "get" and self.kind == "reference":
                text = _after(f"{_TAKES}({site.text})", site, read(site.path))
                if text is not None:
                    texts[site.path] = text
        return read


def marks_of(claim: Claim, read_tree: Callable[[str], str]) -> Marks:
    """The marks that a claim gets: its own error is told where there is a place for each of them."""
    left = [site for site in claim.sites if site.role == "exit"]
    markable = bool(left) and all(with_call("", site, read_tree) is not None for site in left)
    if left_behind(claim):
        return Marks(claim, "registration", markable)
    get = next((site for site in claim.sites if site.role == "get"), None)
    if (
        claim.error == "leak"
        and markable
        and struct_of(claim.object)
        and get is not None
        and _after("", get, read_tree(get.path)) is not None
    ):
        return Marks(claim, "reference", True)
    return Marks(claim, "exit", False)


def _taken(tag: str) -> str:
    return f"""\
static struct {tag} *lastput_taken;

static void {_TAKES}(struct {tag} *token)
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


def _registered(at_exit: bool) -> str:
    exit = f"""
static int lastput_left;

static void {_LEAVES}(void)
{{
	plain {{ lastput_left = 1; }}
}}
"""
    return f"""\
/* What is registered, the last one first. */
struct registration {{
	struct registration *before;
}};

static struct registration *lastput_registered;

static void lastput_registers(void)
{{
	struct registration *made = kzalloc(sizeof(struct registration), GFP_KERNEL);

	plain {{
		made->before = lastput_registered;
		lastput_registered = made;
	}}
}}

static void lastput_undoes(void)
{{
	struct registration *last = lastput_registered;

	if (!last)
		return;
	plain {{ lastput_registered = last->before; }}
	kfree(last);
}}
{exit if at_exit else ""}
static void lastput_returned(int failed)
{{
	plain {{
		if (failed && lastput_registered{" && lastput_left" if at_exit else ""})
			fail(LEAK, lastput_registered, "it has failed, and this is still registered");
	}}
}}"""


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
