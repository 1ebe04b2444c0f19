"""The documentation as it travels with lastput: pages by their name, messages by the word in brackets."""

from __future__ import annotations

__all__ = ["find", "message", "messages", "pages"]

import difflib
import re
from pathlib import Path

import lastput
from lastput.errors import LastputError

#: In a checkout a link to docs/, in an installed package a copy of it.
_FOLDER = Path(lastput.__file__).parent / "docs"
_COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)
_ENTRY = re.compile(r"^### ([a-z0-9-]+)$", re.MULTILINE)


def pages() -> dict[str, Path]:
    """The pages of the documentation by name: ``audit``, ``patch``."""
    return {path.stem: path for path in sorted(_FOLDER.rglob("*.md"))}


def find(word: str) -> str:
    """What the documentation says of a page, a message or a rule, ending in a newline.

    ``word`` is the name of a page or the beginning of one (``litmus``, ``audit.md``, ``docs/audit.md``), the
    word that a message ends in (``no-tree``), or the code or name of a rule. Raises LastputError
    ``no-such-topic``.
    """
    known = pages()
    name = word.strip("[]").removeprefix("docs/").removeprefix("routes/").removesuffix(".md")
    told = "" if word.endswith(".md") else message(name)
    if told:
        return told
    begins = [one for one in known if one.startswith(name)] if name else []
    if name in known or len(begins) == 1:
        return _COMMENT.sub("", known[name if name in known else begins[0]].read_text("utf-8"))
    return _rule(word, [*known, *messages()])


def messages() -> dict[str, str]:
    """What is said of each message; several in a row share a text, and one may have two."""
    page = pages().get("messages")
    found: dict[str, str] = {}
    waiting: list[str] = []
    parts = _ENTRY.split(page.read_text("utf-8")) if page else [""]
    for slug, text in zip(parts[1::2], parts[2::2], strict=True):
        waiting.append(slug)
        said = text.partition("\n## ")[0].strip()
        if said:
            for one in waiting:
                found[one] = f"{found[one]}\n\n{said}" if one in found else said
            waiting = []
    return found


def message(slug: str) -> str:
    """What is said of one message; "" if there is none of that name."""
    told = messages().get(slug, "")
    return f"[{slug}]\n\n{told}\n" if told else ""


def _rule(word: str, names: list[str]) -> str:
    from lastput.audit.registry import all_rules

    rules = {key: one for one in all_rules() for key in (one.code, one.name)}
    rule = rules.get(word) or rules.get(word.upper())
    if rule is not None:
        return f"{rule.code} {rule.name}\n\n{rule.page.text()}"
    near = difflib.get_close_matches(word, [*names, *rules], 1, 0.6)
    hint = f"did you mean {near[0]}?" if near else f"the pages are: {', '.join(sorted(pages()))}"
    raise LastputError("no-such-topic", f"{word}: no command, page, message or rule of that name", hint)
