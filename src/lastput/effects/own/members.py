"""What becomes of a reference that a member of a struct keeps: does anything that could see it put it?"""

from __future__ import annotations

__all__ = ["Members"]

import re
from collections.abc import Collection
from functools import lru_cache

from lastput.c.patterns import pattern
from lastput.c.raw.heads import split_arguments
from lastput.effects.key import Key
from lastput.effects.own.counts import Counts
from lastput.effects.own.fates import Consumers
from lastput.effects.typing.keys import Typing
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies

#: Parts of so many objects that a put of one says nothing of another.
_EVERYWHERE = frozenset(("device", "kobject", "kref"))
_LOOKS = re.compile(
    r"^(?:IS_ERR\w*|PTR_ERR\w*|WARN\w*|BUG\w*|(?:dev|pr|netdev|drm)_\w+|printk|sizeof|likely|unlikely|if|while"
    r"|for|switch|return)$"
)


class Members:
    """Looks through the files of a unit; remembers what it found. Take it as ``facts.once(Members)``."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._bodies = facts.once(Bodies)
        self._typing = facts.once(Typing)
        self._consumers = facts.once(Consumers)
        self._counts = facts.once(Counts)
        self._functions = lru_cache(maxsize=2000)(self._in_file)

    def leaves(self, key: Key, files: Collection[int], puts: Collection[str], embedded: bool = False) -> str:
        """How a reference in the member ``key`` may leave it, in the words of the code: the call that puts it
        or hands it on, or the statement that copies it. "" if nothing in ``files`` does that.

        Whatever is not understood counts as a way out. ``embedded``: the member is the object itself, and not
        a pointer to it; then only a put is one.
        """
        last = key.path.rpartition(".")[2]
        if not last or not key.record:
            return "?"
        word = pattern(rf"(?:->|\.)\s*{re.escape(last)}\b")
        for file in self._facts.in_order(files):
            if last not in self._bodies.whole(self._facts.path(file)):
                continue
            for function in self._functions(file):
                text = self._bodies.text(function)
                if last in text and word.search(text):
                    found = self._function(key, last, function, file, text, puts, embedded)
                    if found:
                        return found
        return ""

    def put_by_core(self, key: Key, file: int, puts: Collection[str]) -> bool:
        """Whether some file of the tree puts the member as a part of an embedded object: ``fwnode`` of every
        ``drm_connector``. Of the parts that all devices have, nobody can tell whose they are."""
        last = key.path.rpartition(".")[2]
        views = {
            one for one in self._typing.views(key, file)[1:] if one.path and one.record not in _EVERYWHERE
        }
        marks = ", ".join("?" * len(puts))
        rows = views and self._facts.sql(
            "SELECT c.function, c.arguments FROM names n CROSS JOIN call_row c ON c.name = n.id"
            f" WHERE n.name IN ({marks}) AND (c.arguments LIKE ? OR c.arguments LIKE ?)",
            *puts, f"%>{last}%", f"%.{last}%",
        )  # fmt: skip
        return any(
            self._typing.key(function, argument.strip()) in views
            for function, arguments in rows or ()
            for argument in split_arguments(arguments)
        )

    def _in_file(self, file: int) -> list[int]:
        return [
            row[0] for row in self._facts.sql("SELECT id FROM functions WHERE file = ? ORDER BY line", file)
        ]

    def _function(
        self,
        key: Key,
        last: str,
        function: int,
        file: int,
        text: str,
        puts: Collection[str],
        embedded: bool,
    ) -> str:
        step = r"\w+(?:\[[^\]]*\])?\s*(?:->|\.)\s*"
        member = rf"(?=[A-Za-z_])(?:{step})+{re.escape(last)}\b"
        aliases: set[str] = set()
        for match in pattern(
            rf"(?<![\w.>])([\w\->.\[\]*]+)\s*=(?!=)\s*(?:\([^()]*\)\s*)?&?({member})\s*[;,)]"
        ).finditer(text):
            if not self._same(key, function, match[2], file):
                continue
            if not match[1].isidentifier() and (not embedded or "&" in match[0]):
                return " ".join(match[0].split())
            aliases.add(match[1])
        for match in pattern(rf"(?<![\w.>&])({member})\s*=\s*NULL\s*;").finditer(text):
            # Put under another name, and forgotten here.
            if any(f"{put}(" in text for put in puts) and self._same(key, function, match[1], file):
                return " ".join(match[0].split())
        if not embedded and pattern(rf"\breturn\s*\(?({member})\s*\)?;").search(text):
            for match in pattern(rf"\breturn\s*\(?({member})\s*\)?;").finditer(text):
                if self._same(key, function, match[1], file):
                    return " ".join(match[0].split())
        names = "|".join(re.escape(one) for one in sorted(aliases))
        for call in self._facts.calls_in(function):
            if last not in call.arguments and not (names and re.search(rf"\b(?:{names})\b", call.arguments)):
                continue
            found = self._call(key, last, call, function, file, aliases, puts, embedded)
            if found:
                return found
        return ""

    def _call(
        self,
        key: Key,
        last: str,
        call: CallFact,
        function: int,
        file: int,
        aliases: set[str],
        puts: Collection[str],
        embedded: bool,
    ) -> str:
        for position, argument in enumerate(split_arguments(call.arguments)):
            plain = argument.strip("() ").lstrip("& ")
            inner = re.match(
                r"\w*(?:to_|container_of|fwnode_handle|get_drvdata)\w*\s*\(\s*&?\s*([\w\->.\[\]]+)", plain
            )
            plain = inner[1] if inner is not None else plain
            through = plain.split("->")[0] in aliases and (
                plain in aliases or argument.strip().startswith("&")
            )
            whole = re.search(rf"(?:->|\.)\s*{re.escape(last)}(?:\[[^\]]*\])?$", plain) is not None
            part = argument.strip("() ").startswith("&") and re.search(
                rf"\b{re.escape(last)}\s*->\s*[\w.]+$", plain
            )
            if part:
                plain = plain.rpartition("->")[0]
            if not (through or ((whole or part) and self._same(key, function, plain, file))):
                continue
            said = f"{call.name}({call.arguments})"
            if call.name in puts:
                return said
            if _LOOKS.match(call.name) or self._counts.of(call.name, file, "get") is not None:
                continue
            if argument.strip().startswith("&") and whole and not part and not embedded:
                return said  # the address of the member: anything may happen to it
            fate = self._consumers.fate(call.name, call.receiver, position, file, function)
            if fate == "put" or (fate != "seen" and not embedded):
                return said
        return ""

    def _same(self, key: Key, function: int, expression: str, file: int) -> bool:
        """Whether an expression may name the member; what is not known may."""
        found = self._typing.key(function, " ".join(expression.split()))
        return not found.known or self._typing.same(found, key, file)
