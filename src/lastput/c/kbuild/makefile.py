"""Assignments of a Makefile, with variables expanded as far as they can be without running make.

Both arms of every conditional are read. ``$(CONFIG_X)`` stays as it is written; a call such as
``$(shell ...)`` gives nothing.
"""

from __future__ import annotations

__all__ = ["Assignments", "expand", "read_makefile"]

import posixpath
import re
from collections.abc import Callable

#: Variable name to the words assigned, in order.
Assignments = dict[str, list[str]]

_ASSIGNMENT = re.compile(r"^\s*(?:export\s+|override\s+)?([\w$(){}./%-]+)\s*(\+|:|::|\?)?=(.*)$")
_INCLUDE = re.compile(r"^\s*-?include\s+(.+)$")
_REFERENCE = re.compile(r"\$[({]([\w.-]+)[)}]")
_FUNCTION = re.compile(
    r"\$\((addprefix|addsuffix|patsubst|subst|wildcard|if|filter|filter-out|sort|strip)\s([^()]*)\)"
)
_SUFFIX = re.compile(r"\$\(([\w.-]+):(\S*?)=(\S*?)\)")
_ROUNDS = 8


def read_makefile(directory: str, name: str, read: Callable[[str], str | None]) -> Assignments:
    """Assignments of ``directory/name`` and of what it includes.

    ``read`` gives the text of a path relative to the tree, None if there is none.
    """
    variables: Assignments = {"src": [directory], "srctree": ["."], "obj": [directory]}
    _read(directory, posixpath.join(directory, name), read, variables, 0)
    return variables


def _read(
    directory: str, path: str, read: Callable[[str], str | None], variables: Assignments, depth: int
) -> None:
    text = read(posixpath.normpath(path))
    if text is None or depth > 8:
        return
    for line in text.replace("\\\r\n", " ").replace("\\\n", " ").splitlines():
        if line.startswith("\t"):
            continue
        line = line.partition("#")[0]
        if (include := _INCLUDE.match(line)) is not None:
            for word in expand(include[1], variables):
                _read(directory, word.removeprefix("./"), read, variables, depth + 1)
            continue
        found = _ASSIGNMENT.match(line)
        if found is None:
            continue
        name, operator, value = found[1], found[2], found[3]
        name = " ".join(expand(name, variables))
        words = expand(value, variables)
        if operator == "+" or name in variables:
            # Reading both arms of a conditional means that a second plain assignment adds.
            variables.setdefault(name, []).extend(words)
        else:
            variables[name] = list(words)


def expand(text: str, variables: Assignments) -> list[str]:
    """The words of ``text``; references to unknown variables other than CONFIG_ vanish."""
    for _ in range(_ROUNDS):
        if "$" not in text:
            break
        new = _REFERENCE.sub(lambda match: _value(match[1], variables), text)
        new = _SUFFIX.sub(lambda match: _suffix(match, variables), new)
        new = _FUNCTION.sub(_call, new)
        if new == text:
            break
        text = new
    return [word.replace("\0", "$(") for word in text.split() if "$" not in word]


def _value(name: str, variables: Assignments) -> str:
    if name.startswith("CONFIG_"):
        return f"\0{name})"
    return " ".join(variables.get(name, ()))


def _suffix(match: re.Match[str], variables: Assignments) -> str:
    words = variables.get(match[1], [])
    return " ".join(
        word.removesuffix(match[2]) + match[3] if word.endswith(match[2]) else word for word in words
    )


def _call(match: re.Match[str]) -> str:
    name, arguments = match[1], match[2].split(",")
    if name in ("addprefix", "addsuffix") and len(arguments) == 2:
        words = arguments[1].split()
        return " ".join(arguments[0] + word if name == "addprefix" else word + arguments[0] for word in words)
    if name in ("sort", "strip"):
        return arguments[0]
    if name == "if":
        return " ".join(arguments[1:])
    if name in ("filter", "filter-out") and len(arguments) == 2:
        return arguments[1]
    if name == "subst" and len(arguments) == 3:
        return arguments[2].replace(arguments[0], arguments[1])
    if name == "patsubst" and len(arguments) == 3 and "%" in arguments[0]:
        before, after = arguments[0].strip().split("%", 1)
        words = []
        for word in arguments[2].split():
            if word.startswith(before) and word.endswith(after):
                stem = word[len(before) : len(word) - len(after)]
                word = arguments[1].strip().replace("%", stem)
            words.append(word)
        return " ".join(words)
    return ""
