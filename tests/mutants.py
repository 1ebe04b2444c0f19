"""Mutants of litmus tests: the same protocol with one thing wrong.

A mutant drops a statement that is a call, swaps two statements that stand next to each other, negates a
condition, or drops an ``.owner`` from an initialiser. Only lines of the test itself are touched.

``python -m tests.mutants [folder ...]`` runs all mutants of the safe tests of the shelf and prints, for
each test, how many are noticed: a finding, or an error of the compiler or of the run.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from lastput.engine.search import check
from lastput.engine.verdict import Options
from lastput.errors import LastputError
from lastput.model.compile import compile_text
from lastput.model.header import read_header

SHELF = Path(__file__).parent.parent / "litmus"
_CALL = re.compile(r"\t+(?:\w+ = )?\w+\([^{}]*\);$")
_SIMPLE = re.compile(r"\t+[^{}:]*;$")
_DECLARES = re.compile(r"\t+(?:return|break|continue|goto|int|struct|bool|long|unsigned|static)\b")
_CONDITION = re.compile(r"^(\t+(?:\} else )?(?:if|while) )\((.*)\)( \{)?$")
_OWNER = re.compile(r"^\t\.owner = .*,$")


class Mutant(msgspec.Struct, frozen=True):
    """``what`` names the change and its line."""

    what: str
    text: str


def mutants(text: str) -> Iterator[Mutant]:
    """All mutants of a litmus file, in the order of its lines."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else ""
        governed = i > 0 and _CONDITION.match(lines[i - 1]) is not None
        if _CALL.match(line):
            yield _with(lines, i, ["\t;"], f"{i + 1}: drop {line.strip()}")
        if _OWNER.match(line):
            yield _with(lines, i, [""], f"{i + 1}: drop {line.strip()}")
        if condition := _CONDITION.match(line):
            negated = f"{condition[1]}(!({condition[2]})){condition[3] or ''}"
            yield _with(lines, i, [negated], f"{i + 1}: negate {line.strip()}")
        if not governed and all(_SIMPLE.match(one) and not _DECLARES.match(one) for one in (line, following)):
            yield _with(lines, i, [following, line], f"{i + 1}: swap with the next line")


def _with(lines: list[str], at: int, new: list[str], what: str) -> Mutant:
    return Mutant(what, "\n".join([*lines[:at], *new, *lines[at + len(new) :]]) + "\n")


def verdict(text: str, path: Path, options: Options) -> tuple[str, ...]:
    """The error classes found, sorted; or the slug of the error that stopped it, with a ``!``."""
    try:
        result = check(compile_text(text, str(path)).program, options)
    except LastputError as error:
        return (f"!{error.slug}",)
    if not result.complete:
        return ("!too many states",)
    return tuple(sorted(finding.error.slug for finding in result.findings))


def safe_tests(folders: list[str]) -> list[Path]:
    """The tests that are safe and need no kernel tree."""
    paths = [path for path in sorted(SHELF.glob("*/*.c")) if not folders or path.parent.name in folders]
    return [
        path
        for path in paths
        if read_header(path.read_text(), path.name).expected == ()
        and "-real" not in path.stem
        and path.parent.name != "eventfd"
        and "bench" not in path.stem
    ]


def main() -> None:
    total = noticed = 0
    for path in safe_tests(sys.argv[1:]):
        text = path.read_text()
        found = [(one, verdict(one.text, path, Options(max_states=200_000))) for one in mutants(text)]
        missed = [one.what for one, classes in found if not classes]
        total += len(found)
        noticed += len(found) - len(missed)
        print(
            f"{path.parent.name}/{path.stem}: {len(found) - len(missed)} of {len(found)} noticed", flush=True
        )
        for what in missed:
            print(f"    {what}")
    print(f"{noticed} of {total} mutants noticed ({100 * noticed / max(total, 1):.0f} %)")


if __name__ == "__main__":
    main()
