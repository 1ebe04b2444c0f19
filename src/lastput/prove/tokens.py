"""Getters and putters that the modelled kernel does not have, as one line each of its token mechanism.

A counted reference is an object there (``kernel/token.h``): a reference that nobody puts is a leak, a second
put or a use after it are errors that the engine knows. A wrapper that the audit inferred, or the getter of a
driver's own count, becomes one more line of that table.
"""

from __future__ import annotations

__all__ = ["counted", "modelled", "standing", "unknown_members"]

import functools
import re
from collections.abc import Sequence

from lastput.model.compiled import KERNEL


@functools.cache
def modelled() -> frozenset[str]:
    """The names of the functions that the modelled kernel defines."""
    names: set[str] = set()
    for path in sorted(KERNEL.glob("*.[ch]")):
        text = path.read_text("utf-8")
        names.update(re.findall(r"^(?:static |__weak )[^\n;={}]*?\b(\w+)\(", text, re.MULTILINE))
        names.update(re.findall(r"^TOKEN_\w+\([^()\n]*?\b(\w+)\)", text, re.MULTILINE))
        names.update(re.findall(r"^#define (\w+)\(", text, re.MULTILINE))
    return frozenset(names)


def standing(tag: str, getter: str, putter: str, nothing: str) -> str:
    """Litmus C for a getter and a putter of ``struct tag``; "" if the modelled kernel has both. ``nothing``
    is what the getter gives when there is none."""
    known = modelled()
    lines = []
    if tag not in counted():
        lines += [f"struct {tag} {{", f"\tTOKEN_MEMBERS({tag});", "};", f"TOKEN({tag}, __not_null_nor_error)"]
    if getter and getter not in known:
        lines.append(f"TOKEN_FIND({tag}, {nothing}, {getter})")
    if putter and putter not in known:
        lines.append(f"TOKEN_PUT({tag}, {putter})")
    return "\n".join(lines)


@functools.cache
def counted() -> frozenset[str]:
    """The tags of the structs that are tokens in the modelled kernel."""
    return frozenset(
        tag
        for path in sorted(KERNEL.glob("*.[ch]"))
        for tag in re.findall(r"^TOKEN\((\w+),", path.read_text("utf-8"), re.MULTILINE)
    )


def unknown_members(tag: str, members: Sequence[str]) -> str:
    """Litmus C that stands for the modelled kernel's maker of a token of ``struct tag``: the ``members`` of
    a new one have any value. "" without members."""
    if not members:
        return ""
    values = "".join(f"\ttoken->{member} = any_number();\n" for member in members)
    return f"""\
/* A new struct {tag}: what it says is any value. */
static struct {tag} *__new_{tag}(int round)
{{
	struct {tag} *token = __alloc();

	plain {{
		token->token_refs = 1;
		token->token_counted = 1;
		token->token_round = round;
	}}
{values}	return token;
}}"""
