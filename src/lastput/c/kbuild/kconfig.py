"""Types of the symbols of Kconfig files (Documentation/kbuild/kconfig-language.rst)."""

from __future__ import annotations

__all__ = ["symbol_types"]

import re

_SYMBOL = re.compile(r"^\s*(?:menu)?config\s+(\w+)\s*$")
_TYPE = re.compile(r"^\s+(?:def_)?(bool|tristate|string|int|hex)\b")
_END = re.compile(r"^\s*(?:menu|choice|endmenu|endchoice|if|endif|source|comment)\b(?!\w)")


def symbol_types(text: str) -> dict[str, str]:
    """Symbol names to ``bool``, ``tristate``, ``string``, ``int`` or ``hex``."""
    found: dict[str, str] = {}
    symbol = ""
    for line in text.splitlines():
        if (named := _SYMBOL.match(line)) is not None:
            symbol = named[1]
        elif symbol and (typed := _TYPE.match(line)) is not None:
            # A symbol may be tristate in one architecture and bool in another: the wider type wins.
            if found.get(symbol) != "tristate":
                found[symbol] = typed[1]
        elif _END.match(line):
            symbol = ""
    return found
