"""Where did a newer kernel mend a lifetime bug? Candidates for ground truth, found without the audit.

    python -m benchmarks.harvest_fixes linux-source-6.12 linux-source-7.3 > candidates.txt
    python -m benchmarks.harvest_fixes OLD NEW --class C --seed 1 --take 40 --without benchmarks/corpus

Functions of one name in one file, and tables of one name, are compared statement by statement. One is listed
if what NEW adds, removes or moves to another place is of a kind that mends a class of bugs: a wait (C),
a wait that leaves a lock (D), a put or a free (E), a get or a put that moves (F), a lock, an RCU reader or
a get before a use (G), an owner or an unregistration (B), a put of the own module (A). The class is a guess
by these words, for the reader to correct: nothing here says that there was a bug. At most ``--most``
statements may differ, since what was rewritten tells nothing; at most three of one directory are taken.
"""

from __future__ import annotations

import argparse
import difflib
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from benchmarks.corpus import read_corpus
from lastput.c.raw.scan import FUNCTION, INITIALISER
from lastput.c.raw.source import Source
from lastput.errors import LastputError

__all__ = ["Candidate", "candidates", "chosen", "classes"]

#: Programs and tests, which no kernel runs.
_ASIDE = ("tools/", "scripts/", "samples/", "Documentation/")

_WAIT = re.compile(
    r"\b\w*(cancel|flush|drain|shutdown|kill|synchronize|quiesce|barrier|kthread_stop|free_irq|disable_irq"
    r"|del_timer|timer_delete|hrtimer_cancel|wait_for_completion|wait_event|devm_add_action)\w*\s*\("
)
_PUT = re.compile(
    r"\b\w*(_put|put_device|_unref|_release|kfree\w*|_free|_destroy|disable_unprepare|_drop)\w*\s*\("
    r"|__free\s*\(|\bguard\s*\("
)
_GET = re.compile(r"\b\w*(_get\b|_get_|get_device|_hold\b|_ref\b|_inc_not_zero|get_unless_zero)\w*\s*\(")
_LOCK = re.compile(
    r"\b\w*(rcu_read_lock|rcu_dereference|spin_lock|mutex_lock|down_read|down_write|read_lock|_trylock)\w*\s*\("
    r"|\b(scoped_)?guard\s*\("
)
_OWNER = re.compile(
    r"\bowner\s*=|THIS_MODULE|\b\w*(unregister|deregister|_remove_file|remove_proc|debugfs_remove)\w*\s*\("
)
_OWN_MODULE = re.compile(r"\b(module_put|__module_get|try_module_get)\s*\(")
_STATEMENT = re.compile(r"[^;{}]*[;{}]")


class Candidate(msgspec.Struct, frozen=True):
    """A function or table that differs: the classes that the difference suggests, and its statements."""

    path: str
    name: str
    classes: str
    line: int
    added: tuple[str, ...]
    removed: tuple[str, ...]

    def text(self) -> str:
        """As it is listed."""
        rows = [f"{self.classes}\t{self.path}:{self.line}\t{self.name}"]
        rows += [f"\t- {one}" for one in self.removed] + [f"\t+ {one}" for one in self.added]
        return "\n".join(rows)


def classes(added: Iterable[str], removed: Iterable[str]) -> str:
    """The classes that a difference suggests, as letters in the order of the alphabet; "" for none.

    A statement that stands on both sides has moved.
    """
    more, less = Counter(added), Counter(removed)
    moved = " ".join(more & less)
    new, old = " ".join(more - less), " ".join(less - more)
    found = set()
    if _OWN_MODULE.search(new + old + moved):
        found.add("A")
    if _OWNER.search(new + moved):
        found.add("B")
    if _WAIT.search(new + moved):
        found.add("C")
    if _WAIT.search(moved + old) and _LOCK.search(new + moved + old):
        found.add("D")
    if _PUT.search(new):
        found.add("E")
    if _PUT.search(moved + old) or _GET.search(new + moved):
        found.add("F")
    if _LOCK.search(new) or (_GET.search(new) and _LOCK.search(moved)):
        found.add("G")
    return "".join(sorted(found))


def candidates(old: Path, new: Path, most: int = 12) -> Iterator[Candidate]:
    """All of them, in the order of the paths."""
    for path in sorted(one.relative_to(old).as_posix() for one in old.rglob("*.c")):
        if path.startswith(_ASIDE) or not (new / path).is_file():
            continue
        before, after = (old / path).read_bytes(), (new / path).read_bytes()
        if before != after:
            yield from _of_file(path, before, after, most)


def _of_file(path: str, before: bytes, after: bytes, most: int) -> Iterator[Candidate]:
    theirs = dict(_items(Source(path, after)))
    for (name, line), ours in _items_with_line(Source(path, before)):
        if name in theirs and theirs[name] != ours:
            added, removed = _difference(ours, theirs[name])
            suggested = classes(added, removed)
            if suggested and len(added) + len(removed) <= most:
                yield Candidate(path, name, suggested, line, added, removed)


def _items(source: Source) -> Iterator[tuple[str, tuple[str, ...]]]:
    for (name, _), text in _items_with_line(source):
        yield name, text


def _items_with_line(source: Source) -> Iterator[tuple[tuple[str, int], tuple[str, ...]]]:
    """Functions and initialised variables: name and line, and the statements or fields."""
    for one in source.functions:
        code = source.code[one.body : one.end]
        yield (one.head.name, source.line(one.start)), _statements(code)
    for kind, start, body, end, _ in source.scan.items.tolist():
        head = source.code[start:body]
        name = re.search(r"(\w+)\s*(?:\[[^]]*\]\s*)*=\s*$", head)
        if kind == INITIALISER and kind != FUNCTION and name is not None:
            fields = tuple(" ".join(part.split()) for part in source.code[body:end].split(","))
            yield (name[1], source.line(start)), fields


def _statements(code: str) -> tuple[str, ...]:
    found = (" ".join(match[0].split()).strip("{} ") for match in _STATEMENT.finditer(code))
    return tuple(one for one in found if one)


def _difference(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    added: list[str] = []
    removed: list[str] = []
    for kind, one, two, three, four in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if kind != "equal":
            removed += old[one:two]
            added += new[three:four]
    return tuple(added), tuple(removed)


def chosen(
    many: Iterable[Candidate], letter: str, take: int, seed: int, known: frozenset[str]
) -> list[Candidate]:
    """``take`` of them at random (0: all), of class ``letter`` ("": any), at most three of one directory,
    none of a file in ``known``."""
    pool = [one for one in many if letter in one.classes and one.path not in known]
    random.Random(seed).shuffle(pool)
    homes: Counter[str] = Counter()
    found = []
    for one in pool:
        home = one.path.rpartition("/")[0]
        homes[home] += 1
        if homes[home] <= 3:
            found.append(one)
    return sorted(found[: take or None], key=lambda one: (one.path, one.line))


def main() -> int:
    """Run it. Exit code 2 for a tree or corpus that is not there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--class", dest="letter", default="", choices=("", *"ABCDEFG"))
    parser.add_argument("--take", type=int, default=0, metavar="N", help="only N, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=int, default=12, metavar="N", help="statements that may differ")
    parser.add_argument("--without", type=Path, action="append", default=[], metavar="CORPUS")
    arguments = parser.parse_args()
    try:
        known = frozenset(
            case.buggy.path for folder in arguments.without for case in read_corpus(folder).cases
        )
    except LastputError as error:
        print(f"harvest_fixes: {error}", file=sys.stderr)
        return 2
    for tree in (arguments.old, arguments.new):
        if not tree.is_dir():
            print(f"harvest_fixes: {tree} is no directory", file=sys.stderr)
            return 2
    found = candidates(arguments.old, arguments.new, arguments.most)
    for one in chosen(found, arguments.letter, arguments.take, arguments.seed, known):
        print(one.text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
