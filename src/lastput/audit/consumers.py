"""What a call does with a reference that it is given: puts it, keeps it, or only looks at it."""

from __future__ import annotations

__all__ = ["Consumers", "Fate", "Question"]

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Literal

import msgspec

from lastput.audit.references import BORROWS, GIVES_UP, KEEPS, REFERENCES, Counted, Handed
from lastput.c.patterns import pattern
from lastput.c.raw.heads import split_arguments
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve

Fate = Literal["put", "kept", "seen"]


class Question(msgspec.Struct, frozen=True, array_like=True):
    """What was asked of ``Consumers``: the method, and its arguments."""

    ask: Literal["fate", "puts_one", "may_put"]
    name: str
    file: int
    receiver: str = ""
    position: int = 0
    puts: tuple[str, ...] = ()


_DEPTH = 4
_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_TABLES: tuple[Counted | Handed, ...] = (*REFERENCES.result, *REFERENCES.argument)
#: These give back what they are given, and get another.
_NEXT = {"of_get_next_child", "of_get_next_available_child", "of_get_next_parent"}
_GETS = frozenset(name for one in _TABLES for name in one.get) - _NEXT
_PUTS = frozenset(name for one in _TABLES for name in one.put)


class Consumers:
    """Follows a reference into the functions of the tree; remembers what it found."""

    def __init__(self, facts: Facts) -> None:
        self.bodies = facts.once(Bodies)
        self._facts = facts
        self._fates: dict[tuple[int, int, int], Fate] = {}
        self._coming: dict[tuple[int, frozenset[str], int], bool] = {}
        self._active: set[tuple[int, int]] = set()
        self._met: set[tuple[int, int]] = set()
        self._asked: dict[Question, str] | None = None
        self._macros: dict[str, list[tuple[str, str]]] = {}
        self._resolved: dict[tuple[str, int], tuple[int, ...]] = {}

    @contextmanager
    def recorded(self) -> Iterator[dict[Question, str]]:
        """The questions that are asked meanwhile, with their answers."""
        asked: dict[Question, str] = {}
        self._asked = asked
        try:
            yield asked
        finally:
            self._asked = None

    def answer(self, question: Question) -> str:
        """The answer to a question that was recorded."""
        if question.ask == "fate":
            return self.fate(question.name, question.receiver, question.position, question.file)
        ask = self.may_put if question.ask == "may_put" else self.puts_one
        return str(ask(question.name, question.file, question.puts))

    def fate(self, name: str, receiver: str, position: int, file: int) -> Fate:
        """What a call by ``name`` in ``file`` does with argument ``position``.

        A call that is not understood is said to keep it, so that nothing is reported of it.
        """
        found = self._fate(name, receiver, position, file, 0)
        if self._asked is not None:
            self._asked[Question("fate", name, file, receiver, position)] = found
        return found

    def _fate(self, name: str, receiver: str, position: int, file: int, depth: int) -> Fate:
        if name in _PUTS or (name.endswith(GIVES_UP) and not receiver):
            return "put"
        if receiver or name.startswith(KEEPS):
            return "kept"
        if name.startswith(BORROWS):
            return "seen"
        if depth >= _DEPTH:
            return "kept"
        key = (name, file)
        if key not in self._resolved:
            self._resolved[key] = resolve(self._facts, name, file)
        functions = self._resolved[key]
        if functions:
            fates = {self._function(one, position, depth) for one in functions[:3]}
            return "put" if "put" in fates else "kept" if "kept" in fates else "seen"
        return self._macro(name, position, file, depth)

    def puts_one(self, name: str, file: int, puts: Collection[str]) -> bool:
        """Whether the function that ``name`` means in ``file`` calls one of ``puts`` itself."""
        if not name.isidentifier():
            return False
        called = {
            match[1]
            for one in resolve(self._facts, name, file)[:3]
            for match in _CALL.finditer(self.bodies.text(one))
        }
        found = not called.isdisjoint(puts)
        if self._asked is not None and puts:
            self._asked[Question("puts_one", name, file, puts=tuple(sorted(puts)))] = str(found)
        return found

    def may_put(self, name: str, file: int, puts: Collection[str]) -> bool:
        """Whether a function that ``name`` means in ``file`` comes to one of ``puts`` by at most three calls.
        Of a macro, or of what is not known, the answer is no."""
        found = name.isidentifier() and self._comes_to(name, file, frozenset(puts), 3)
        if self._asked is not None:
            self._asked[Question("may_put", name, file, puts=tuple(sorted(puts)))] = str(found)
        return found

    def _comes_to(self, name: str, file: int, puts: frozenset[str], depth: int) -> bool:
        for function in resolve(self._facts, name, file)[:3]:
            key = (function, puts, depth)
            if key not in self._coming:
                called = {match[1] for match in _CALL.finditer(self.bodies.text(function))}
                home = self._facts.function(function).file
                self._coming[key] = not called.isdisjoint(puts) or (
                    depth > 1
                    and any(self._comes_to(one, home, puts, depth - 1) for one in sorted(called - {name}))
                )
            if self._coming[key]:
                return True
        return False

    def _function(self, function: int, position: int, depth: int) -> Fate:
        """What a definition does. It is remembered if it does not depend on who asks: a recursion is only
        seen from within."""
        mine = (function, position)
        if mine in self._active:
            self._met.add(mine)
            return "seen"
        found = self._fates.get((*mine, depth))
        if found is not None:
            return found
        fact = self._facts.function(function)
        names = [one.name for one in fact.parameters]
        if position >= len(names) or not names[position]:
            return "kept"
        outer, self._met = self._met, set()
        self._active.add(mine)
        found = self._text(self.bodies.text(function), names[position], fact.file, depth)
        self._active.discard(mine)
        self._met.discard(mine)
        if not self._met:
            self._fates[(*mine, depth)] = found
        self._met |= outer
        return found

    def _macro(self, name: str, position: int, file: int, depth: int) -> Fate:
        if name not in self._macros:
            self._macros[name] = self._facts.sql(
                "SELECT parameters, body FROM macros WHERE name = ? LIMIT 3", name
            )
        for parameters, body in self._macros[name]:
            names = [one.strip() for one in parameters.split(",")]
            if position < len(names):
                return self._text(body, names[position], file, depth)
        return "seen" if name.isupper() else "kept"

    def _text(self, text: str, name: str, file: int, depth: int) -> Fate:
        """What a body does with its parameter ``name``."""
        word = re.escape(name)
        if not text:
            return "kept"
        passed = list(_passed(text, name))
        if any(callee in _GETS for callee, _ in passed):
            return "seen"
        if any(callee in _PUTS or callee.endswith(GIVES_UP) for callee, _ in passed):
            return "put"
        if pattern(rf"(?<![=!<>])=\s*(?:\([^()]*\)\s*)?{word}\s*[;,)}}?|+&]").search(text):
            return "kept"
        if pattern(rf"\breturn\s*\(?(?:\([^()]*\)\s*)?{word}\s*\)?;").search(text):
            return "kept"
        around = pattern(rf"=\s*(?:to_\w+|container_of)\s*\(\s*{word}\b").search(text)
        if around is not None and any(f"{put}(" in text for put in _PUTS):
            return "put"
        worst: Fate = "seen"
        for callee, position in passed:
            fate = self._fate(callee, "", position, file, depth + 1)
            if fate == "put":
                return "put"
            if fate == "kept":
                worst = "kept"
        return worst


def _passed(text: str, name: str) -> list[tuple[str, int]]:
    """The calls in ``text`` that are given ``name``, or the address of a part of it, and where."""
    found = []
    word = re.escape(name)
    whole = pattern(rf"^(?:\([^()]*\)\s*)?(?:{word}|&\s*\(?{word}\)?\s*->[\w.]+|\({word}\))$")
    for match in _CALL.finditer(text):
        close = _close(text, match.end() - 1)
        inside = text[match.end() : close]
        if name in inside:
            for position, argument in enumerate(split_arguments(" ".join(inside.split()))):
                if whole.match(argument):
                    found.append((match[1], position))
    return found


def _close(text: str, opened: int) -> int:
    """The offset of the parenthesis that closes the one at ``opened``."""
    depth = 0
    for index in range(opened, len(text)):
        letter = text[index]
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if not depth:
                return index
    return len(text)
