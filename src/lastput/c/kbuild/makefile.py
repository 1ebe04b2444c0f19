"""What a Makefile assigns, read as make would read it as far as that can be known without running it.

Where a condition hangs on something that is not known (``$(KERNELRELEASE)``, ``$(CONFIG_X)``), both arms are
read. An arm that the Makefile itself rules out is read, too, but its values only count where there are no
others: a driver that can be built for ten chips has ten lists of files, and one name.
"""

from __future__ import annotations

__all__ = ["Assignments", "read_makefile"]

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from lastput.c.kbuild.expand import CLOSE, OPEN, Alternative, Scope

#: Variable name to the words assigned, in order. Only of variables that can say what is linked.
Assignments = dict[str, list[str]]

Read = Callable[[str], str | None]
Glob = Callable[[str], list[str]]

_ASSIGNMENT = re.compile(
    r"^\s*(?:(?:export|override|private|unexport)\s+)*"
    r"((?:[^\s=:+?!#$]|\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\$\{[^}]*\}|\$\w)+)\s*(\+|:{1,3}|\?|!)?=(.*)$",
    re.DOTALL,
)
_INCLUDE = re.compile(r"^\s*[-s]?include\s+(.+)$")
_CONDITION = re.compile(r"^\s*(else\s+)?(ifeq|ifneq|ifdef|ifndef)\b\s*(.*)$")
_ELSE = re.compile(r"^\s*else\b")
_ENDIF = re.compile(r"^\s*endif\b")
_DEFINE = re.compile(r"^\s*(?:override\s+|export\s+)?define\s+(\S+)\s*(?:[:+?]?=)?\s*$")
_ENDEF = re.compile(r"^\s*endef\b")
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")
_AUTOCONF = re.compile(r"@(\w+)@")
#: Variables of kbuild that say what is linked; a line of a shell is never one.
_KBUILD = re.compile(r"^\s*(?:obj|lib|[\w$(){}.@-]+-objs)[-+:?= ]|^\s*[\w$(){}.@-]+-(?:y|m)\s*[+:]?=")
_LINKS = re.compile(r"^(?:obj|lib)-|-(?:objs|y|m)(?:-|$)|-\x01")
_DEEP = 12


class _Arm(msgspec.Struct):
    """A conditional that is open: what is known of this arm, of the arms before it, and of what is around."""

    around: bool | None
    earlier: bool | None
    taken: bool | None
    recipe: bool

    @property
    def live(self) -> bool | None:
        return _both(self.around, self.taken)


def _both(one: bool | None, two: bool | None) -> bool | None:
    return False if one is False or two is False else None if one is None or two is None else True


def _not(one: bool | None) -> bool | None:
    return None if one is None else not one


def _no_files(_: str) -> list[str]:
    return []


def read_makefile(
    directory: str,
    name: str,
    read: Read,
    glob: Glob = _no_files,
    settings: Mapping[str, Sequence[str]] | None = None,
) -> Assignments:
    """Assignments of ``directory/name`` and of what it includes, references expanded.

    ``read`` gives the text of a path relative to the tree, None if there is none; ``glob`` the paths that
    match a pattern; ``settings`` are variables that others set. What is not known stands between
    ``OPEN`` and ``CLOSE`` in names and words.
    """
    reader = _Reader(directory, read, glob, settings or {})
    reader.include(posixpath.join(directory, name))
    return reader.assignments()


class _Reader:
    def __init__(self, directory: str, read: Read, glob: Glob, settings: Mapping[str, Sequence[str]]) -> None:
        self._read = read
        self._directory = directory
        self._path = ""
        self._depth = 0
        self._arms: list[_Arm] = []
        self._recipe = False
        self._scope = scope = Scope(directory, glob)
        scope.evaluate = self._evaluate
        scope.variables.update(
            {
                name: [Alternative(value) for value in dict.fromkeys(values)]
                for name, values in settings.items()
            }
        )
        for known in ("src", "obj", "M", "PWD", "CURDIR", "KBUILD_EXTMOD"):
            scope.variables[known] = [Alternative(scope.directory)]
        scope.variables["srctree"] = [Alternative(".")]

    def assignments(self) -> Assignments:
        """What is assigned to each variable, now that all is read."""
        self._scope.dead = False
        found: Assignments = {}
        for name, alternatives in self._scope.variables.items():
            if _LINKS.search(name) or name.startswith(("hostprogs", "MODULES")):
                self._scope.dead = not name.startswith("obj-")
                words = [
                    word
                    for one in alternatives
                    for word in (self._scope.words(one.text) if one.deferred else one.text.split())
                    if "$" not in word
                ]
                found[name] = list(dict.fromkeys(words))
        return found

    def include(self, path: str) -> bool:
        """Read a file; False if there is none."""
        text = self._read(posixpath.normpath(path))
        if text is None or self._depth > _DEEP:
            return text is not None
        if path.endswith((".in", ".am")):
            text = _AUTOCONF.sub(r"$(\1)", text)
        before, self._path = self._path, path
        self._depth += 1
        self._lines(text)
        self._depth -= 1
        self._path = before
        return True

    def _evaluate(self, text: str) -> None:
        if self._depth < _DEEP:
            self._depth += 1
            self._lines(text)
            self._depth -= 1

    def _lines(self, text: str) -> None:
        arms, self._arms, recipe, self._recipe = self._arms, list(self._arms), self._recipe, False
        lines = iter(_CONTINUED.sub(" ", text).splitlines())
        for line in lines:
            self._line(line, lines)
        self._arms, self._recipe = arms, recipe

    def _line(self, line: str, lines: Iterator[str]) -> None:
        if (defined := _DEFINE.match(line)) is not None:
            self._define(defined[1], lines)
            return
        line = _without_comment(line)
        if not line.strip() or self._conditional(line):
            return
        if line.startswith("\t") and self._recipe and not _KBUILD.match(line):
            return
        if (include := _INCLUDE.match(line)) is not None:
            for word in self._scope.words(include[1]):
                self._find(word)
        elif (assignment := _ASSIGNMENT.match(line)) is not None:
            self._recipe = self._recipe and line.startswith("\t")
            self._assign(assignment[1], assignment[2] or "", assignment[3].strip())
        elif line.lstrip().startswith("$"):
            self._recipe = False
            self._scope.texts(line.strip())
        elif ":" in line:
            self._recipe = True

    def _define(self, name: str, lines: Iterator[str]) -> None:
        body = []
        for line in lines:
            if _ENDEF.match(line):
                break
            body.append(line)
        self._scope.variables[name] = [Alternative("\n".join(body), deferred=True)]

    # -- conditionals

    @property
    def _live(self) -> bool | None:
        return self._arms[-1].live if self._arms else True

    def _conditional(self, line: str) -> bool:
        if (opened := _CONDITION.match(line)) is not None:
            outcome = self._condition(opened[2], opened[3])
            if opened[1] and self._arms:
                self._turn(outcome)
            elif len(self._arms) < 200:
                self._arms.append(_Arm(self._live, outcome, outcome, self._recipe))
            return True
        if _ELSE.match(line):
            if self._arms:
                self._turn(True)
            return True
        if _ENDIF.match(line):
            if self._arms:
                self._arms.pop()
            return True
        return False

    def _turn(self, outcome: bool | None) -> None:
        """The next arm, which is taken if ``outcome`` holds and no arm before was."""
        arm = self._arms[-1]
        arm.taken = _both(_not(arm.earlier), outcome)
        arm.earlier = (
            True if arm.earlier or arm.taken else None if None in (arm.earlier, arm.taken) else False
        )
        self._recipe = arm.recipe

    def _condition(self, word: str, rest: str) -> bool | None:
        scope = self._scope
        if word in ("ifdef", "ifndef"):
            names = scope.texts(rest.strip())
            values = scope.variables.get(names[0]) if len(names) == 1 else None
            return None if values is None else word == "ifdef"
        sides = _sides(rest)
        if sides is None:
            return None
        scope.unknown.clear()
        left, right = ({one.strip() for one in scope.texts(side)} for side in sides)
        if not left & right and not any(OPEN in one for one in left | right) and "shell" not in scope.unknown:
            return word == "ifneq"
        if scope.unknown or len(left) != 1 or len(right) != 1:
            return None
        return (left == right) == (word == "ifeq")

    # -- assignments

    def _assign(self, name: str, operator: str, value: str) -> None:
        scope, live = self._scope, self._live
        for one in scope.texts(name):
            one = one.strip()
            if not one or len(one) > 200 or "\n" in one:
                continue
            if operator in (":", "::", ":::"):
                scope.dead = _LINKS.search(one) is not None
                values = scope.texts(value) if len(value) < 400 else [" ".join(scope.words(value))]
                scope.dead = False
                given = [Alternative(text, False, live is not False) for text in values]
            else:
                given = [Alternative(value, True, live is not False)]
            known = scope.variables.get(one, [])
            if operator == "+" and known:
                scope.variables[one] = [self._longer(before, value) for before in known]
            elif operator == "?" and known and one in scope.variables:
                continue
            elif live is True and not _LINKS.search(one):
                scope.variables[one] = given
            else:
                alike = {(old.text, old.live) for old in known}
                fresh = [new for new in given if (new.text, new.live) not in alike]
                scope.variables[one] = [*known, *fresh][:40]

    def _longer(self, before: Alternative, value: str) -> Alternative:
        if len(before.text) > 400_000:
            return before
        text = value if before.deferred else " ".join(self._scope.words(value))
        return msgspec.structs.replace(before, text=f"{before.text} {text}")

    def _find(self, word: str) -> None:
        """Include what ``word`` may mean: paths are relative to where make runs, which is not known."""
        rest = re.sub(f"{OPEN}[^{CLOSE}]*{CLOSE}", "", word).lstrip("/")
        near = [self._directory, posixpath.dirname(self._path)]
        for base in ("", *near, posixpath.dirname(self._directory)):
            for path in dict.fromkeys((word, rest, f"{rest}.in")):
                if path and OPEN not in path and not path.startswith("/"):
                    whole = posixpath.normpath(posixpath.join(base, path))
                    if not whole.startswith("..") and self.include(whole):
                        return


def _sides(rest: str) -> tuple[str, str] | None:
    """The two texts that ifeq compares: ``(a,b)``, or each in quotes."""
    rest = rest.strip()
    if rest.startswith("(") and rest.endswith(")"):
        depth = 0
        for position, letter in enumerate(rest):
            depth += (letter in "({") - (letter in ")}")
            if letter == "," and depth == 1:
                return rest[1:position], rest[position + 1 : -1]
        return None
    quoted = re.fullmatch(r"""(["'])(.*?)\1\s*(["'])(.*?)\3""", rest)
    return (quoted[2], quoted[4]) if quoted is not None else None


def _without_comment(line: str) -> str:
    position = line.find("#")
    while position > 0 and line[position - 1] == "\\":
        position = line.find("#", position + 1)
    return line if position < 0 else line[:position]
