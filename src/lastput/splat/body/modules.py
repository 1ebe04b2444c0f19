"""The modules that are loaded (kernel/module/main.c: print_modules)."""

from __future__ import annotations

__all__ = ["READERS", "names"]

from collections.abc import Callable

from lastput.splat.draft import Draft
from lastput.splat.lazy import Lazy

_MODULE = Lazy(r"([A-Za-z0-9_-]{1,64})(?:\([A-Z+-]{1,8}\))?$")
_UNLOADED = Lazy(r"\[last unloaded: (?P<name>[\w-]{1,64})(?:\([A-Z+-]{1,8}\))?(?::\d+)?\]")
_MOST = 1024


def _linked_in(draft: Draft, text: str) -> bool:
    words = text.removeprefix("Modules linked in:")
    if words == text:
        return False
    draft.in_modules = True
    draft.in_trace = False
    return names(draft, words) or True


def names(draft: Draft, text: str) -> bool:
    """The names of modules; False when the line has anything else."""
    unloaded = _UNLOADED.search(text)
    if unloaded:
        draft.unloaded = draft.unloaded or unloaded["name"]
        text = text[: unloaded.start()]
    found = []
    for word in text.split():
        match = _MODULE.match(word)
        if match is None:
            return unloaded is not None
        found.append(match[1])
    draft.modules.extend(found[: max(_MOST - len(draft.modules), 0)])
    if unloaded:
        draft.in_modules = False
    return bool(found) or unloaded is not None


READERS: tuple[tuple[str, Callable[[Draft, str], bool]], ...] = (("Modules linked in:", _linked_in),)
