"""Functions whose value is a counted reference, which their caller then owns."""

from __future__ import annotations

__all__ = ["Producer", "Producers"]

import re
from collections import defaultdict

import msgspec

from lastput.c.patterns import pattern
from lastput.effects.key import Key
from lastput.effects.own.counts import Count, Counts, kept
from lastput.effects.own.leaves import LEAVES, Given
from lastput.effects.typing.keys import Typing
from lastput.facts.base import Facts, argument
from lastput.facts.bodies import Bodies

_ROUNDS = 4
_LINES = 90
_SITES = 3
_LAST = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)*$")
_WORD = re.compile(r"^\w+$")
_ROOT = re.compile(r"^[&*(\s]*(?:\([^()]*\)\s*)?(\w+)")
_TAG = re.compile(r"\b(?:struct|union)\s+(\w+)\s*(?:__\w+\s*)?\*$")
_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/", "rust/")


class Producer(msgspec.Struct, frozen=True):
    """The value of a call by ``name`` is a reference on an object of type ``record`` that a call of ``puts``
    gives back. ``function`` is its definition, 0 for a leaf; one with ``file`` other than 0 counts there
    only. ``through`` is the call that gives it. ``retained``: what is used as long as a device works, and
    costs little if it is kept for ever. ``same``: the value is the first argument, counted
    once more."""

    name: str
    record: str
    puts: tuple[str, ...]
    function: int = 0
    file: int = 0
    through: str = ""
    line: int = 0
    retained: bool = False
    kind: str = ""
    same: bool = False


class Producers:
    """All of a tree. Take it as ``facts.once(Producers)``."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.bodies = facts.once(Bodies)
        self.counts = facts.once(Counts)
        self._typing = facts.once(Typing)
        self.by_name: dict[str, list[Producer]] = defaultdict(list)
        level = [self._leaf(name, one) for one in LEAVES.result for name in one.get]
        told = {one.name: one for one in level}
        for one in self._counting():
            leaf = told.get(one.name)
            if leaf is None:
                level.append(one)
            else:  # the table knows more ways to give it back
                level.remove(leaf)
                puts = tuple(dict.fromkeys((*leaf.puts, *one.puts)))
                level.append(msgspec.structs.replace(one, puts=puts, kind=leaf.kind, retained=leaf.retained))
        for one in level:
            self.by_name[one.name].append(one)
        for _ in range(_ROUNDS):
            following = [new for one in level for new in self._wrappers(one)]
            level = []
            for one in following:
                if not any(known.file == one.file for known in self.by_name[one.name]):
                    self.by_name[one.name].append(one)
                    level.append(one)

    def _leaf(self, name: str, one: Given) -> Producer:
        """A call of the table; some only count what they are given."""
        count = self.counts.of(name, 0, "get") or self.counts.of(name, 0, "try_get")
        same = count is not None and count.parameter == 0
        for fact in self.facts.functions(name)[:1] if not same else ():
            first = fact.parameters[0].name if fact.parameters else ""
            returned = pattern(rf"\breturn\s*\(?{first}\)?\s*;") if first else None
            same = returned is not None and returned.search(self.bodies.text(fact.id)) is not None
        return Producer(name, "", one.put, retained=one.retained, kind=one.kind, same=same)

    def of(self, name: str, file: int) -> Producer | None:
        """What a call by ``name`` in ``file`` gives."""
        found = [one for one in self.by_name.get(name, ()) if one.file in (0, file)]
        return max(found, key=lambda one: one.file) if found else None

    def all(self) -> list[Producer]:
        """Every one, in an order that the order of ids does not show in."""
        return sorted(
            (one for each in self.by_name.values() for one in each),
            key=lambda one: (one.name, self.facts.path(one.file) if one.file else "", one.line),
        )

    # -- inferred from counts

    def _counting(self) -> list[Producer]:
        """Functions that raise the count of what they return."""
        found: dict[int, Producer] = {}
        for name in sorted(self.counts.by_name):
            for count in self.counts.by_name[name]:
                if (
                    count.action != "put"
                    and (count.record or not count.function)
                    and count.kind != "percpu_ref"
                ):
                    for one in self._returning(count):
                        found.setdefault(one.function, one)
        return [one for one in found.values() if self._borne_out(one)]

    def _borne_out(self, one: Producer) -> bool:
        """Whether some caller gives back what it gets. Where several do not, the count belongs to something
        else: to a lock that is dropped by another name, or to a transaction."""
        rows = self.facts.sql(
            "SELECT c.function, c.result FROM names n CROSS JOIN call_row c ON c.name = n.id"
            " JOIN functions f ON f.id = c.function WHERE n.name = ? AND c.receiver = ''"
            " AND c.use = 'assigned' AND (? = 0 OR f.file = ?) ORDER BY c.function, c.seq LIMIT 16",
            one.name, one.file, one.file,
        )  # fmt: skip
        sites = 0
        for function, result in rows:
            name = _LAST.search(result)
            if name is None:
                continue
            sites += 1
            text = self.bodies.text(function)
            if any(
                put in text and pattern(rf"\b{put}\s*\([^;]*\b{name[1]}\b").search(text) for put in one.puts
            ):
                return True
        return sites < _SITES

    def _returning(self, base: Count) -> list[Producer]:
        found = []
        for function, file, name, static, returns, use, result, arguments, path in self._callers(
            base.name, base.file
        ):
            count = base
            tag = _TAG.search(returns.replace("const", "").strip())
            if tag is None or self._excluded(name, path):
                continue
            thing = argument(arguments, count.parameter)
            root = _ROOT.match(thing)
            if root is None or (use == "assigned" and not _WORD.match(result)):
                continue
            text = self.bodies.text(function)
            if not count.record:
                key = self._typing.key(function, thing)
                if key.record != tag[1] or not key.path or key.variable:
                    continue
                count = msgspec.structs.replace(count, record=key.record, path=key.path)
            puts = self._family(count, tag[1], file)
            if not puts:
                continue
            aliases = pattern(rf"(?<![\w.>])(\w+)\s*=\s*{root[1]}\s*;").findall(text)
            given = use == "returned" or (_WORD.match(result) and _returned(text, result))
            if not given and not (
                _embedded(thing) and any(_returned(text, name) for name in (root[1], *aliases))
            ):
                continue
            subject = result if use == "assigned" and _WORD.match(result) else root[1]
            if _gives_back(text, subject, puts) or kept(text, subject):
                continue
            parameters = self.facts.function(function).parameters
            if any(_asked(text, count.name, one.name) for one in parameters if one.name != subject):
                continue
            first = parameters[0].name if parameters else ""
            same = bool(first) and root[1] == first and _embedded(thing)
            local = file if static and path.endswith(".c") else 0
            line = self.facts.function(function).line
            kind = self._kind(count, tag[1], file)
            found.append(
                Producer(name, tag[1], puts, function, local, count.name, line, kind=kind, same=same)
            )
        return found

    def _kind(self, count: Count, record: str, file: int) -> str:
        """``device`` for an object that the driver core counts and keeps; else the type."""
        views = self._typing.views(Key(count.record, count.path), file)
        return "device" if any(view.record == "device" for view in views) else record

    def _family(self, count: Count, record: str, file: int) -> tuple[str, ...]:
        """What lowers the count of an object of type ``record``, of which ``count`` raised it."""
        if record == count.record:
            return self.counts.putting(record, count.path, file)
        for one in self.counts.counters(record):
            if Key(count.record, count.path) in self._typing.views(Key(record, one), file):
                return self.counts.putting(record, one, file)
        return self.counts.putting(count.record, count.path, file)

    # -- through wrappers

    def _wrappers(self, one: Producer) -> list[Producer]:
        """Functions that return the value of ``one``."""
        found: dict[int, Producer] = {}
        for function, file, name, static, returns, use, result, _, path in self._callers(one.name, one.file):
            if function in found or self._excluded(name, path):
                continue
            text = self.bodies.text(function)
            if use != "returned" and not (_WORD.match(result) and _returned(text, result)):
                continue
            if use != "returned" and (_gives_back(text, result, one.puts) or kept(text, result)):
                continue
            tag = _TAG.search(returns.replace("const", "").strip())
            record = tag[1] if tag is not None else one.record
            puts = one.puts
            for path_ in self.counts.counters(record) if record != one.record else ():
                more = self.counts.putting(record, path_, file)
                if set(more) & set(puts):
                    puts = tuple(dict.fromkeys((*more, *puts)))
            local = file if static and path.endswith(".c") else 0
            line = self.facts.function(function).line
            found[function] = Producer(
                name, record, puts, function, local, one.name, line, one.retained, one.kind
            )  # fmt: skip
        return list(found.values())

    def _callers(self, name: str, file: int) -> list[tuple[int, int, str, int, str, str, str, str, str]]:
        """The calls of ``name`` in functions that return a pointer and are short enough to be a wrapper."""
        where = " AND f.file = ?" if file else " AND ? = 0"
        rows = self.facts.sql(
            "SELECT f.id, f.file, f.name, f.static, f.returns, c.use, c.result, c.arguments, p.path"
            " FROM names n CROSS JOIN call_row c ON c.name = n.id JOIN functions f ON f.id = c.function"
            " JOIN files p ON p.id = f.file WHERE n.name = ? AND c.receiver = ''"
            f" AND f.returns LIKE '%*' AND f.end_line - f.line < {_LINES}{where}"
            " ORDER BY p.path, f.line, c.seq",
            name, file,
        )  # fmt: skip
        return [(*row,) for row in rows]

    def _excluded(self, name: str, path: str) -> bool:
        return name.startswith(("devm_", "__devm_", "drmm_")) or path.startswith(_PROGRAMS)


def _embedded(thing: str) -> bool:
    """Whether an expression is a variable, or the address of a part of what it points to."""
    plain = thing.strip("() ")
    return (
        plain.isidentifier() or re.fullmatch(r"&\(?\w+\)?->\w+(?:\.\w+)*", plain.replace(" ", "")) is not None
    )


def _returned(text: str, name: str) -> bool:
    """Whether a body returns the variable, or the object around it."""
    view = r"(?:\([^()]*\)\s*)?(?:\b(?:\w*to_\w+|\w*verify\w*|container_of)\s*\(\s*)?"
    value = rf"{view}\b{name}\b(?!\s*(?:->|\?|\[|\(|==|!=))"
    return (
        pattern(rf"\breturn\s*(?:{value}|\(?!?{name}\s*\?[^;:]*{value}|[^;]*[?:]\s*{value})").search(text)
        is not None
    )


def _gives_back(text: str, name: str, puts: tuple[str, ...]) -> bool:
    """Whether a body puts what the variable points to, or leaves that to devm."""
    if "devm_add_action" in text or ("__free" in text and pattern(rf"\b{name}\s+__free\b").search(text)):
        return "no_free_ptr" not in text and "return_ptr" not in text
    return any(put in text and pattern(rf"\b{put}\s*\([^;]*\b{name}\b").search(text) for put in puts)


def _asked(text: str, get: str, parameter: str) -> bool:
    """Whether a parameter, such as a flag, decides whether the count is raised. One that is compared with a
    member is what the object is found by."""
    then = rf"\)\s*\{{?\s*(?:\w+\s*=\s*)?{get}\s*\("
    alone = rf"(?:&&|\|\||\(|!)\s*{parameter}\s*(?:&&|\|\||(?=\)))"
    return pattern(rf"\bif\s*(?=\()[^;{{}}]*?{alone}[^;{{}}]*?{then}").search(text) is not None
