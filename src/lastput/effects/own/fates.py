"""What a call does with a reference that it is given: puts it, keeps it, or only looks at it.

Bodies tell: of the function that is called, of a macro, of the candidates of a call through a table. Only
where there is no body the name does.
"""

from __future__ import annotations

__all__ = ["Consumers", "Fate", "Question", "kept_in"]

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Literal

import msgspec

from lastput.c.patterns import has_word, pattern
from lastput.c.raw.heads import split_arguments
from lastput.effects.key import Key
from lastput.effects.own.counts import Counts
from lastput.effects.own.leaves import LEAVES
from lastput.effects.typing.keys import Typing
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import indirect, resolve

#: ``into`` and a position: kept in what that argument points to, and nowhere else.
Fate = str


class Question(msgspec.Struct, frozen=True, array_like=True):
    """What was asked of ``Consumers``: the method, and its arguments."""

    ask: Literal["fate", "puts_one", "may_put"]
    name: str
    file: int
    receiver: str = ""
    position: int = 0
    puts: tuple[str, ...] = ()
    function: int = 0


_NO_CALLS = frozenset(
    ("if", "while", "for", "switch", "return", "sizeof", "typeof", "__typeof__", "IS_ERR", "PTR_ERR",
     "likely", "unlikely")
)  # fmt: skip
_DEPTH = 25
_FEW = 12  # candidates of a call through a table
_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
#: The value is another object, and the argument goes on to belong to the caller.
_GETS = frozenset(name for one in LEAVES.result for name in one.get)
_PUTS = frozenset(name for one in LEAVES.result for name in one.put)
#: Pointers to what cannot keep an object: counters, locks, numbers.
_PLAIN = re.compile(
    r"^(?:const\s+)?(?:atomic\w*_t|refcount_t|spinlock_t|raw_spinlock_t|rwlock_t|s?size_t|[us]\d+|int"
    r"|long|bool|unsigned(?:\s+\w+)?|struct\s+(?:mutex|rw_semaphore|lock_class_key|lockdep_map))\s*\*$"
)
#: What gives the same object by another type: the one around it, or the one inside.
_VIEW = r"(?:\w*to_\w+|container_of|list_entry|of_fwnode_handle|acpi_fwnode_handle)"
#: Members that point to an object without a count of their own: the driver core never puts them.
_BORROWED = frozenset((Key("device", "of_node"), Key("device", "fwnode")))
_CAST = r"(?:\([^()]*\)\s*)?"


class Consumers:
    """Follows a reference into the functions of the tree; remembers what it found."""

    def __init__(self, facts: Facts) -> None:
        self.bodies = facts.once(Bodies)
        self._facts = facts
        self.counts = facts.once(Counts)
        self._typing = facts.once(Typing)
        self._fates: dict[tuple[int, int], Fate] = {}
        self._coming: dict[tuple[int, frozenset[str], int], bool] = {}
        self._active: set[tuple[int, int]] = set()
        self._met: set[tuple[int, int]] = set()
        self._asked: dict[Question, str] | None = None
        self._macros: dict[str, list[tuple[str, str]]] = {}

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
            return self.fate(
                question.name, question.receiver, question.position, question.file, question.function
            )
        ask = self.may_put if question.ask == "may_put" else self.puts_one
        return str(ask(question.name, question.file, question.puts))

    def fate(self, name: str, receiver: str, position: int, file: int, function: int = 0) -> Fate:
        """What a call by ``name`` in ``file`` does with argument ``position``; ``function`` is where the call
        stands, and tells the table of a call through one.

        A call that is not understood is said to keep it, so that nothing is reported of it.
        """
        found = self._fate(name, receiver, position, file, function, 0)
        if self._asked is not None:
            self._asked[Question("fate", name, file, receiver, position, function=function)] = found
        return found

    def _fate(self, name: str, receiver: str, position: int, file: int, function: int, depth: int) -> Fate:
        if not receiver:
            count = self.counts.of(name, file)
            if count is not None and count.parameter == position:
                return "put" if count.action == "put" else "seen"
            if name in _PUTS:
                return "put"
            if name in LEAVES.calls.leaves:
                return "seen"
            if name.startswith(LEAVES.calls.keeps):
                return "kept"
        if depth >= _DEPTH:
            return "kept"
        if receiver:
            return self._through_table(name, receiver, position, function, depth)
        functions = resolve(self._facts, name, file)
        if functions:
            return _worst({self._function(one, position, depth) for one in functions[:3]})
        return self._macro(name, position, file, depth)

    def _through_table(self, name: str, receiver: str, position: int, function: int, depth: int) -> Fate:
        """The worst of what the candidates do; kept, if they are not known or too many."""
        if not function:
            return "kept"
        caller = self._facts.function(function)
        found = indirect(self._facts, CallFact(function, 0, name, receiver, "", 0, "", ""), caller)
        if not found or len(found) > _FEW:
            return "kept"
        return _worst({self._function(one.function, position, depth + 1) for one in found})

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
        seen from within, and so is what lies too deep."""
        mine = (function, position)
        if mine in self._active:
            self._met.add(mine)
            return "seen"
        found = self._fates.get(mine)
        if found is not None:
            return found
        fact = self._facts.function(function)
        names = [one.name for one in fact.parameters]
        if position >= len(names):
            return "seen" if fact.parameters and "..." in (fact.parameters[-1].type, names[-1]) else "kept"
        if "*" in fact.parameters[position].type and _PLAIN.search(fact.parameters[position].type):
            return "seen"  # a counter, a lock, a number: a part of the object
        if not names[position]:
            return "kept"
        outer, self._met = self._met, set()
        self._active.add(mine)
        found = self._text(
            self.bodies.text(function), names[position], fact.file, function, depth, tuple(names)
        )
        self._active.discard(mine)
        self._met.discard(mine)
        if not self._met:
            self._fates[mine] = found
        self._met |= outer
        return found

    def _macro(self, name: str, position: int, file: int, depth: int) -> Fate:
        if name not in self._macros:
            self._macros[name] = self._facts.sql(
                "SELECT parameters, body FROM macros WHERE name = ? LIMIT 3", name
            )
        for parameters, body in self._macros[name]:
            names = [one.strip() for one in parameters.split(",")]
            if position < len(names) and names[position] != "...":
                return self._text(body, names[position], file, 0, depth, tuple(names))
            if names[-1].endswith("..."):
                return self._variadic(body, file, depth)
        if name not in self._macros or not self._macros[name]:
            if name.endswith(LEAVES.calls.gives_up):
                return "put"
            if name.startswith(LEAVES.calls.borrows):
                return "seen"
        return "seen" if name.isupper() or name.startswith("__builtin") else "kept"

    def _variadic(self, body: str, file: int, depth: int) -> Fate:
        """What a macro does with what it passes on as ``__VA_ARGS__``: those that print only look."""
        fates: set[Fate] = set()
        for match in _CALL.finditer(body):
            inside = body[match.end() : _close(body, match.end() - 1)]
            if "__VA_ARGS__" in inside and not _CALL.search(inside):
                position = len(split_arguments(inside)) - 1
                fates.add(self._fate(match[1], "", position + 8, file, 0, depth + 1))
        return _worst(fates) if fates else "seen"

    def _text(
        self, text: str, name: str, file: int, function: int, depth: int, given: tuple[str, ...] = ()
    ) -> Fate:
        """What a body does with its parameter ``name``. ``given`` are all parameters: a call of one of
        them is of a function that the caller hands in, to look at the object."""
        if not text:
            return "kept"
        names = _copies(text, name)
        word = "(?:" + "|".join(re.escape(one) for one in sorted(names)) + ")"
        passed = list(_passed(text, names))
        got = put = False
        for callee, receiver, position, _ in passed:
            count = self.counts.of(callee, file) if not receiver else None
            if count is not None and count.parameter == position:
                got |= count.action != "put"
                put |= count.action == "put"
            elif callee in _PUTS and not receiver:
                put = True
        if got:
            return "seen"  # what it keeps or puts, it has taken for itself
        if put:
            return "put"
        worst: Fate = self._stored(text, word, given, function)
        if worst == "kept":
            return "kept"
        if pattern(rf"\breturn\s*\(?{_CAST}{word}\s*\)?;").search(text):
            return "kept"
        for callee, receiver, position, arguments in passed:
            if callee in given and not receiver:
                continue
            fate = self._fate(callee, receiver, position, file, function, depth + 1)
            if fate == "put":
                return "put"
            worst = _worst((worst, kept_in(fate, arguments, text, given)))
        return worst

    def _stored(self, text: str, word: str, given: tuple[str, ...], function: int) -> Fate:
        """Where the pointer goes to, if it outlives the call: not to a variable, or to a struct, of the body
        itself."""
        worst: Fate = "seen"
        for match in pattern(
            rf"(\*?\s*[\w\->.\[\]]+)\s*(?<![=!<>])=\s*{_CAST}(?:{_VIEW}\s*\(\s*)?{word}\s*[;,)}}?|+&]"
        ).finditer(text):
            target = match[1].replace(" ", "")
            root = re.match(r"\.?(\w+)", target)
            if target.startswith("."):
                # A member in an initialiser: of a struct of the body, or of a compound literal.
                continue
            if function and "->" in target and self._typing.key(function, target) in _BORROWED:
                continue
            if root is not None and root[1] in given and target != root[1]:
                worst = _worst((worst, f"into{given.index(root[1])}"))
                continue
            if root is None or target.startswith("*"):
                return "kept"
            if target == root[1] and _declared(text, target):
                continue
            if "->" not in target and "." in target and _declared(text, root[1]):
                continue
            return "kept"
        return worst


def _worst(fates: Collection[Fate]) -> Fate:
    """The one that says most; two places that keep it are more than one."""
    if "put" in fates:
        return "put"
    kept = {one for one in fates if one != "seen"}
    return "seen" if not kept else kept.pop() if len(kept) == 1 else "kept"


def kept_in(fate: Fate, arguments: tuple[str, ...], text: str, given: tuple[str, ...] = ()) -> Fate:
    """``fate`` of a call with ``arguments`` as the body ``text`` sees it: what is kept in a struct of the
    body itself is not kept, and in one that a parameter of ``given`` points to, it is kept there."""
    if not fate.startswith("into"):
        return fate
    position = int(fate[4:])
    argument = arguments[position].strip("() ") if position < len(arguments) else ""
    start = re.match(r"&?\s*(\w+)", argument)
    if start is not None and start[1] in given:
        return f"into{given.index(start[1])}"
    name = argument.lstrip("& ")
    return "seen" if argument.startswith("&") and name.isidentifier() and _declared(text, name) else "kept"


def _declared(text: str, name: str) -> bool:
    """Whether a body declares ``name`` and not as static."""
    found = pattern(
        rf"(?:[;{{}}(]|\n)\s*(static\s+)?(?:const\s+)?(?:(?:struct|union|enum)\s+)?"
        rf"(?:(?:__)?typeof(?:__)?\s*\([^()]*\)|(?!return\b|goto\b|else\b)\w+)[\s*]"
        rf"(?:[^;{{}}()=]*[\s*,])?{re.escape(name)}\s*(?:[;,=\[]|__free)"
    ).search(text)
    return found is not None and not found[1]


def _copies(text: str, name: str) -> frozenset[str]:
    """The parameter, and the variables of the body that are set to the same pointer, or to the object around
    it."""
    names = {name}
    for _ in range(2):
        word = "(?:" + "|".join(re.escape(one) for one in sorted(names)) + ")"
        new = {
            match[1]
            for match in pattern(
                rf"(?<![\w.>])(\w+)\s*=\s*{_CAST}"
                rf"(?:{_VIEW}\s*\(\s*(?:{word}|&\s*{word}->[\w.]+)\s*[,)]|{word}\s*[;,])"
            ).finditer(text)
            if _declared(text, match[1])
        }
        if new <= names:
            break
        names |= new
    return frozenset(names)


def _passed(text: str, names: frozenset[str]) -> list[tuple[str, str, int, tuple[str, ...]]]:
    """The calls in ``text`` that are given one of ``names``, or the address of a part of it: name, receiver,
    position, and all arguments."""
    found = []
    word = "(?:" + "|".join(re.escape(one) for one in sorted(names)) + ")"
    whole = pattern(rf"^{_CAST}(?:{word}|&\s*\(?{word}\)?\s*->[\w.]+|\({word}\)|{_VIEW}\(\s*{word}\s*\))$")
    for match in pattern(r"((?:[A-Za-z_]\w*\s*(?:->|\.)\s*)*)\b([A-Za-z_]\w*)\s*\(").finditer(text):
        if match[2] in _NO_CALLS:
            continue
        inside = text[match.end() : _close(text, match.end() - 1)]
        if any(has_word(inside, name) for name in names):
            arguments = split_arguments(" ".join(inside.split()))
            for position, argument in enumerate(arguments):
                if whole.match(argument):
                    found.append((match[2], match[1].strip(), position, arguments))
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
