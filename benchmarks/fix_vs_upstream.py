"""Patches of ``lastput fix`` beside what upstream did: for findings of one release that a later one has not.

    lastput fix --all OLD --format json > patches.json
    lastput audit NEW --confidence low --format json > new.json
    python -m benchmarks.fix_vs_upstream patches.json OLD new.json NEW

A finding counts if the later release has none of its rule in that function, and the function is still there
and has changed in a line that names the object or calls what takes it or gives it back: a finding may also go
because the rule sees more there. What a patch or upstream did is told by calls: those that the function makes
more often, and less often, than before. ``alike``: upstream added the call that the patch adds, and it stands
between the same calls. ``elsewhere``: the same call, between others. ``equivalent``: the scope gives it back
(``__free()``, ``_scoped()``, ``devm_``, ``guard()``), a put that is moved or removed, or a call of the same
family. ``other``: anything else, a rewrite of the function included.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.fix_compile import read
from lastput.c.raw.source import Source
from lastput.fix.text import edited
from lastput.schema.finding import Finding
from lastput.schema.patch import Patch

_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*\(")
_WORDS = frozenset(("if", "for", "while", "switch", "return", "sizeof", "likely", "unlikely"))
#: Words of a line that name neither an object nor a call of interest.
_PLAIN_WORDS = frozenset(
    ("if", "else", "return", "goto", "ret", "err", "rc", "struct", "int", "dev", "pdev", "NULL")
)
_SCOPED = re.compile(r"__free\s*\(|_scoped\b|\bdevm_|\bguard\s*\(|\bscoped_guard\s*\(")
#: Calls that do the same: by another name, or for more than one purpose.
_FAMILIES = (
    {"of_node_put", "fwnode_handle_put"},
    {"put_device", "platform_device_put", "of_dev_put", "pci_dev_put"},
    {"del_timer_sync", "timer_delete_sync", "timer_shutdown_sync"},
    {"cancel_work_sync", "disable_work_sync", "flush_work", "destroy_workqueue"},
    {"cancel_delayed_work_sync", "disable_delayed_work_sync", "flush_delayed_work"},
    {
        "pm_runtime_put",
        "pm_runtime_put_sync",
        "pm_runtime_put_noidle",
        "pm_runtime_put_autosuspend",
        "pm_runtime_resume_and_get",
        "pm_runtime_get_sync",
    },
    {"clk_put", "clk_disable_unprepare"},
    {"rcu_barrier", "synchronize_rcu"},
)


class Row(NamedTuple):
    """One finding: what the patch adds, what upstream added and removed, and the judgement."""

    patch: Patch
    ours: str
    theirs: str
    word: str


def compared(patch: Patch, old: Path, new: Path) -> Row | None:
    """The row of a patch; None if the function is gone, or is as it was."""
    after = edited(patch.edits, lambda path: (old / path).read_bytes())
    path = patch.edits[0].path
    if not (new / path).is_file():
        return None
    texts = [(old / path).read_bytes(), after[path], (new / path).read_bytes()]
    before = _functions(texts[0])
    name = next((one for one, (start, end, _) in before.items() if start <= patch.edits[0].start < end), "")
    if not name:
        return _tables(patch, *texts)
    ours, theirs = _functions(texts[1]).get(name), _functions(texts[2]).get(name)
    if ours is None or theirs is None or not _concerned(before[name][2], ours[2], theirs[2]):
        return None
    had, made, did = (_calls(one[2]) for one in (before[name], ours, theirs))
    mine, added = Counter(made) - Counter(had), Counter(did) - Counter(had)
    gone = Counter(had) - Counter(did)
    told = f"+{sorted(added)} -{sorted(gone)}"
    scoped = len(_SCOPED.findall(theirs[2])) > len(_SCOPED.findall(before[name][2]))
    word = "other"
    if not mine:  # a call is moved
        moved = {name for pair in _around(made, had) for name in pair}
        kin = any(family & moved and family & (added.keys() | gone.keys()) for family in _FAMILIES)
        word = "alike" if _around(made, had) & _around(did, had) else "equivalent" if kin else "other"
    elif mine.keys() & added.keys():
        same = next(iter(mine.keys() & added.keys()))
        word = "alike" if _neighbours(made, same) & _neighbours(did, same) else "elsewhere"
    elif scoped or any(
        family & mine.keys() and family & (added.keys() | gone.keys()) for family in _FAMILIES
    ):
        word = "equivalent"
    return Row(patch, "+" + ",".join(mine), told, word)


def _tables(patch: Patch, old: bytes, mine: bytes, theirs: bytes) -> Row | None:
    """A patch of tables at file scope: whether the lines that it adds are there."""
    if old == theirs:
        return None
    added = Counter(_plain(mine.decode("latin-1")).split(",")) - Counter(
        _plain(old.decode("latin-1")).split(",")
    )
    there = Counter(_plain(theirs.decode("latin-1")).split(",")) - Counter(
        _plain(old.decode("latin-1")).split(",")
    )
    same = bool(added & there)
    return Row(patch, "+.owner", "+.owner" if same else "", "alike" if same else "other")


def _concerned(before: str, ours: str, theirs: str) -> bool:
    """Whether upstream changed a line with a word of those that our edit changes."""
    changed = _changed(before, ours)
    words = {word for line in changed for word in re.findall(r"[A-Za-z_]\w*", line)} - _PLAIN_WORDS
    return any(words & set(re.findall(r"[A-Za-z_]\w*", line)) for line in _changed(before, theirs))


def _changed(one: str, two: str) -> list[str]:
    """The lines that only one of two texts has, blanks aside."""
    had, have = (Counter(" ".join(line.split()) for line in text.splitlines()) for text in (one, two))
    return [*(had - have), *(have - had)]


def _functions(content: bytes) -> dict[str, tuple[int, int, str]]:
    source = Source("x.c", content)
    return {one.head.name: (one.start, one.end, source.code[one.body : one.end]) for one in source.functions}


def _plain(text: str) -> str:
    return "".join(text.split())


def _calls(text: str) -> list[str]:
    return [name for name in _CALL.findall(text) if name not in _WORDS]


def _neighbours(calls: list[str], name: str) -> set[tuple[str, str]]:
    """Each place of a call: which one is before it, and which after it, as one of the two is enough."""
    found: set[tuple[str, str]] = set()
    for place, one in enumerate(calls):
        if one == name:
            found.add(("after", calls[place - 1] if place else ""))
            found.add(("before", calls[place + 1] if place + 1 < len(calls) else ""))
    return found


def _around(calls: list[str], had: list[str]) -> set[tuple[str, str]]:
    """Pairs of calls that follow each other, and did not before."""
    return set(itertools.pairwise(calls)) - set(itertools.pairwise(had))


def rows(patches: list[Patch], old: Path, left: set[tuple[str, str, str]], new: Path) -> Iterator[Row]:
    """The patches for findings that the later release has not."""
    for patch in patches:
        if (patch.code, patch.where.path, patch.where.function) not in left:
            row = compared(patch, old, new)
            if row is not None:
                yield row


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("patches", "old", "findings", "new"):
        parser.add_argument(name, type=Path)
    args = parser.parse_args(words)
    found = [msgspec.json.decode(row, type=Finding) for row in args.findings.read_bytes().splitlines()]
    left = {(one.code, one.where.path, one.where.function) for one in found}
    counts: Counter[str] = Counter()
    for row in rows(read(args.patches), args.old, left, args.new):
        counts[row.word] += 1
        print(f"| {row.patch.code} | {row.patch.where} | {row.ours} | {row.theirs[:120]} | {row.word} |")
    total = counts.total()
    good = counts["alike"] + counts["equivalent"] + counts["elsewhere"]
    told = ", ".join(f"{number} {word}" for word, number in counts.most_common())
    print(f"{total} findings that the later release has not: {told}; {good} of {total} with the same remedy")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
