"""Text of a Makefile with its variables and functions expanded, for all ways in which it may be read.

Both arms of a conditional are read where what decides it is not known, so that a variable may have
several values. A text then has several expansions; words that stand beside each other are expanded one by
one, so that a list of variables with two values each is not every combination of them.

What is not known (``$(CONFIG_X)``, ``$(TARGET)`` given to make from outside) stays in the text as a
placeholder, from ``OPEN`` to ``CLOSE``. Nothing is run: of ``$(shell ...)`` only pwd, ls and echo are
understood.
"""

from __future__ import annotations

__all__ = ["CLOSE", "OPEN", "Alternative", "Scope"]

import itertools
import re
from collections.abc import Callable

import msgspec

from lastput.c.kbuild.functions import FUNCTIONS, pattern_replace

OPEN, CLOSE = "\x01", "\x02"

_DEEP = 40
_WORK = 60_000  # expansions of one Makefile, against those that grow without end
_VALUES = 12  # values of one text
_CLOSING = {"(": ")", "{": "}"}
_SUBSTITUTION = re.compile(r"([^:=\s]+):([^=]*)=(.*)$", re.DOTALL)
#: Such names are given to make; others that nothing sets are empty.
_OUTSIDE = re.compile(r"CONFIG_\w+|[A-Z][A-Z0-9_]*")
_PWD = re.compile(r"(?:/bin/)?pwd(?:\s+-P)?|cd\s+\S+\s*(?:&&|;)\s*pwd")


class Alternative(msgspec.Struct, frozen=True):
    """One value of a variable. ``deferred``: it is expanded when it is asked for (``=``). ``live``: False
    where the Makefile itself says that its arm is not taken."""

    text: str
    deferred: bool = False
    live: bool = True


class Scope:
    """The variables of one Makefile. ``glob`` gives the files of a pattern, ``evaluate`` reads lines of text
    as ``$(eval)`` does. ``dead`` asks for values of arms that are not taken as well."""

    def __init__(self, directory: str, glob: Callable[[str], list[str]]) -> None:
        self.directory = directory or "."
        self.variables: dict[str, list[Alternative]] = {}
        self.glob = glob
        self.evaluate: Callable[[str], None] = lambda _: None
        self.dead = False
        #: What an expansion asked for and did not find, since it was last cleared.
        self.unknown: set[str] = set()
        self._work = 0
        self._within: list[str] = []

    def words(self, text: str) -> list[str]:
        """The words of all values of ``text``, each once, in order."""
        found: dict[str, None] = {}
        for part in _apart(text):
            for value in self.texts(part):
                found.update(dict.fromkeys(value.split()))
        return list(found)

    def texts(self, text: str) -> list[str]:
        """All values of ``text``; beyond some number of them, what they have in words is one value."""
        if "$" not in text:
            return [text]
        self._work += 1
        if self._work > _WORK or len(self._within) > _DEEP:
            return [""]
        pieces: list[list[str]] = []
        position = 0
        while position < len(text):
            dollar = text.find("$", position)
            if dollar < 0 or dollar + 1 >= len(text):
                pieces.append([text[position:]])
                break
            pieces.append([text[position:dollar]])
            letter = text[dollar + 1]
            if letter == "$":
                pieces.append(["$"])
                position = dollar + 2
            elif letter in _CLOSING:
                end = _closing(text, dollar + 1)
                pieces.append(self._reference(text[dollar + 2 : end]))
                position = end + 1
            else:
                pieces.append(self._variable(letter))
                position = dollar + 2
        return _product(pieces)

    def _reference(self, inside: str) -> list[str]:
        """What stands between the parentheses: a name, a function with its arguments, or ``name:a=b``."""
        name, _, rest = inside.partition(" ") if " " in inside else inside.partition("\t")
        if rest and (name in FUNCTIONS or hasattr(self, f"_f_{name}")):
            return self._function(name, rest.lstrip())
        substitution = _SUBSTITUTION.match(inside)
        if substitution is not None:
            old, new = substitution[2], substitution[3]
            if "%" not in old:
                old, new = f"%{old}", f"%{new}"
            found = [
                " ".join(pattern_replace(value.split(), before, after))
                for value in self._named(substitution[1])
                for before in self.texts(old)
                for after in self.texts(new)
            ]
            return _few(found)
        return self._named(inside)

    def _named(self, name: str) -> list[str]:
        return _few([value for one in self.texts(name) for value in self._variable(one.strip())])

    def _variable(self, name: str) -> list[str]:
        if name in self._within:
            return [""]
        known = self.variables.get(name) or self._of_any_symbol(name)
        if not known:
            self.unknown.add(name)
            return [f"{OPEN}{name}{CLOSE}"] if _OUTSIDE.fullmatch(name) else [""]
        chosen = [one for one in known if one.live or self.dead] or known
        found: list[str] = []
        self._within.append(name)
        try:
            for one in chosen:
                found += self.texts(one.text) if one.deferred else [one.text]
        finally:
            self._within.pop()
        return _few(found)

    def _of_any_symbol(self, name: str) -> list[Alternative]:
        """``$(foo-y)`` is what ``foo-$(CONFIG_X)`` is, where that may be y."""
        if not name.endswith(("-y", "-m")):
            return []
        start = f"{name[:-1]}{OPEN}"
        return [
            one
            for other, values in self.variables.items()
            if other.startswith(start) and other.endswith(CLOSE)
            for one in values
        ]

    def _function(self, name: str, rest: str) -> list[str]:
        special = getattr(self, f"_f_{name}", None)
        if special is not None:
            result: list[str] = special(rest)
            return _few(result)
        count, function = FUNCTIONS[name]
        arguments = [self.texts(one) for one in _arguments(rest, count)]
        if len(arguments) < count:
            return [""]
        return _few([function(*one) for one in itertools.islice(itertools.product(*arguments), _VALUES)])

    # -- functions that do not only look at words

    def _f_if(self, rest: str) -> list[str]:
        condition, yes, no = [*_arguments(rest, 3), "", ""][:3]
        outcome = self._truth(condition)
        found = [] if outcome is False else self.texts(yes)
        return found + ([] if outcome is True else self.texts(no))

    def _f_or(self, rest: str) -> list[str]:
        found: list[str] = []
        for one in _arguments(rest, 0):
            outcome = self._truth(one)
            if outcome is not False:
                found += self.texts(one)
            if outcome is True:
                break
        return found or [""]

    def _f_and(self, rest: str) -> list[str]:
        arguments = _arguments(rest, 0)
        outcomes = [self._truth(one) for one in arguments]
        return [""] if False in outcomes else self.texts(arguments[-1]) + ([""] if None in outcomes else [])

    def _truth(self, text: str) -> bool | None:
        """Whether it is not empty; None if that is not known."""
        outer, self.unknown = self.unknown, set()
        values = {bool(one.strip()) for one in self.texts(text.strip())}
        sure, self.unknown = not self.unknown, outer | self.unknown
        return values.pop() if sure and len(values) == 1 else None

    def _f_foreach(self, rest: str) -> list[str]:
        arguments = _arguments(rest, 3)
        if len(arguments) < 3:
            return [""]
        name = arguments[0].strip()
        found = []
        for word in self.words(arguments[1])[:200]:
            with _Bound(self, {name: word}):
                found.append(" ".join(self.texts(arguments[2])))
        return [" ".join(found)]

    def _f_call(self, rest: str) -> list[str]:
        name, *arguments = _arguments(rest, 0)
        values = {str(index): " ".join(self.texts(one)) for index, one in enumerate(arguments, 1)}
        found: list[str] = []
        for one in self.variables.get(name.strip(), ()):
            with _Bound(self, {"0": name.strip(), **values}):
                found += self.texts(one.text)
        return found or [""]

    def _f_eval(self, rest: str) -> list[str]:
        for text in self.texts(rest):
            self.evaluate(text)
        return [""]

    def _f_value(self, rest: str) -> list[str]:
        return [one.text for one in self.variables.get(rest.strip(), ())] or [""]

    def _f_wildcard(self, rest: str) -> list[str]:
        return [" ".join(path for pattern in self.words(rest) for path in self._matching(pattern))]

    def _matching(self, pattern: str) -> list[str]:
        """Paths from the top of the tree, else from the Makefile's folder: where make runs is not known."""
        found = self.glob(pattern)
        if found or self.directory == "." or pattern.startswith("/"):
            return found
        return [path.removeprefix(f"{self.directory}/") for path in self.glob(f"{self.directory}/{pattern}")]

    def _f_shell(self, rest: str) -> list[str]:
        if _PWD.fullmatch(rest.strip()):
            return [self.directory]
        if rest.startswith(("ls ", "echo ")):
            words = [word for word in self.words(rest)[1:] if not word.startswith("-")]
            found = [path for word in words for path in (self._matching(word) if "*" in word else [word])]
            return [" ".join(found)]
        self.unknown.add("shell")
        return [""]

    def _f_error(self, _: str) -> list[str]:
        return [""]

    _f_warning = _f_info = _f_error
    _f_origin = _f_flavor = _f_file = _f_shell


class _Bound:
    """Variables that hold for a while."""

    def __init__(self, scope: Scope, values: dict[str, str]) -> None:
        self._scope, self._values = scope, values

    def __enter__(self) -> None:
        variables = self._scope.variables
        self._before = {name: variables.get(name) for name in self._values}
        variables.update({name: [Alternative(value)] for name, value in self._values.items()})

    def __exit__(self, *_: object) -> None:
        for name, value in self._before.items():
            if value is None:
                self._scope.variables.pop(name, None)
            else:
                self._scope.variables[name] = value


def _closing(text: str, opening: int) -> int:
    """Where the parenthesis at ``opening`` closes; the end of the text if it does not."""
    one, other = text[opening], _CLOSING[text[opening]]
    depth = 0
    for position in range(opening, len(text)):
        if text[position] == one:
            depth += 1
        elif text[position] == other:
            depth -= 1
            if not depth:
                return position
    return len(text)


def _split(text: str, at: str) -> list[str]:
    """Split at letters of ``at`` that stand in no parentheses."""
    if "(" not in text and "{" not in text:
        return re.split(f"[{at}]", text)
    parts, start, depth = [], 0, 0
    for position, letter in enumerate(text):
        if letter in "({":
            depth += 1
        elif letter in ")}":
            depth = max(0, depth - 1)
        elif not depth and letter in at:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def _apart(text: str) -> list[str]:
    return [part for part in _split(text, " \t\n") if part]


def _arguments(text: str, most: int) -> list[str]:
    """The arguments of a function; the last of ``most`` (0: any number) may contain commas."""
    parts = _split(text, ",")
    return parts if not most or len(parts) <= most else [*parts[: most - 1], ",".join(parts[most - 1 :])]


def _product(pieces: list[list[str]]) -> list[str]:
    found = [""]
    for piece in pieces:
        if len(found) * len(piece) > _VALUES:
            piece = [" ".join(piece)]
        found = [before + after for before in found for after in piece]
    return _few(found)


def _few(values: list[str]) -> list[str]:
    """Each value once; all in one if there are too many."""
    values = list(dict.fromkeys(values))
    return values if len(values) <= _VALUES else [" ".join(values)]
