"""Rule tests in Markdown: pages of small trees with the findings that they must give.

A page is ``rules/NAME.md`` for the rule module ``NAME``. Each heading of level two or three begins a
case; its fenced blocks, with a language and a path, are the files of a tree:

    ```c drivers/x/foo.c

A comment at the end of a line says what is expected there: ``/* !MOD001 */`` a finding of that rule,
``/* ?MOD001 */`` one of low confidence, ``/* ok MOD001 */`` that the place is judged and safe; a class
may follow the code (``/* ok MOD001 U */``). What is reported elsewhere fails the case. A block
``report`` is the whole report in the form ``full``; LASTPUT_ACCEPT=1 writes it anew.

Directories without a Makefile get one that makes each C file a module of its own.
"""

from __future__ import annotations

__all__ = ["PageCase", "check", "expected", "make_tree", "misclaimed", "read_cases"]

import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from lastput.schema.finding import Finding, reported

_HEADING = re.compile(r"^##+ (.*)$")
_FENCE = re.compile(r"^```(\w+)(?: (\S+))?$")
_MARK = re.compile(r"[ \t]*/\* (!|\?|ok )([A-Z]{3}\d{3})(?: ([A-Z]+))? \*/")
_TOP = {
    "Makefile": "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION =\n",
    "Kbuild": "",
    "Kconfig": "config MODULES\n\tbool\n\tmodules\n",
    "MAINTAINERS": "",
}


class PageCase(msgspec.Struct, frozen=True):
    """One case: its files by path, marks and all, and the report if the page has one."""

    page: str
    title: str
    files: dict[str, str]
    report: str | None = None

    @property
    def name(self) -> str:
        return f"{Path(self.page).stem}: {self.title}"


#: What is said of a line: (path, line, code, ``!``, ``?`` or ``ok``).
Said = tuple[str, int, str, str]


def read_cases(page: Path) -> tuple[PageCase, ...]:
    """The cases of a page; a heading without files is prose."""
    cases: list[PageCase] = []
    title, files, report = "", dict[str, str](), None
    rows = iter([*page.read_text("utf-8").splitlines(), "## "])
    for row in rows:
        heading, fence = _HEADING.match(row), _FENCE.match(row)
        if heading:
            if files:
                cases.append(PageCase(str(page), title, files, report))
            title, files, report = heading[1], {}, None
        elif fence:
            body = []
            for line in rows:
                if line == "```":
                    break
                body.append(f"{line}\n")
            else:
                raise ValueError(f"{page.name}: a block of {title!r} does not end")
            if fence[1] == "report":
                report = "".join(body)
            elif fence[2]:
                files[fence[2]] = "".join(body)
    return tuple(cases)


def make_tree(root: Path, files: dict[str, str]) -> None:
    """Write the files of a case, without their marks, and the Kbuild files that they lack."""
    whole = {**_TOP, **{path: _MARK.sub("", text) for path, text in files.items()}}
    folders: dict[str, set[str]] = {}
    for path in files:
        parents = PurePosixPath(path).parents
        for inner, outer in itertools.pairwise(parents):
            folders.setdefault(str(outer), set()).add(f"obj-y += {inner.name}/\n")
        if path.endswith(".c"):
            name = PurePosixPath(path).stem
            folders.setdefault(str(parents[0]), set()).add(f"obj-m += {name}.o\n")
    for folder, rows in folders.items():
        makefile = str(PurePosixPath(folder) / ("Kbuild" if folder == "." else "Makefile"))
        if makefile not in files and not folder.startswith("include"):
            whole[makefile] = "".join(sorted(row for row in rows if "include/" not in row))
    for path, text in whole.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def expected(files: dict[str, str]) -> dict[Said, str]:
    """What the marks say, and the class that they ask for ("": any)."""
    found: dict[Said, str] = {}
    for path, text in files.items():
        for number, line in enumerate(text.splitlines(), 1):
            for mark in _MARK.finditer(line):
                found[path, number, mark[2], mark[1].strip()] = mark[3] or ""
    return found


def check(judged: Iterable[Finding], files: dict[str, str], codes: Sequence[str]) -> list[str]:
    """How the judgements of the rules ``codes`` differ from the marks, one sentence each."""
    wanted = {said: kind for said, kind in expected(files).items() if said[2] in codes}
    given: dict[Said, Finding] = {}
    for one in judged:
        sure = "?" if one.confidence == "low" else "!"
        word = sure if reported(one) else "ok" if one.verdict == "safe" else "unjudged"
        given[one.where.path, one.where.line, one.code, word] = one
    wrong = []
    for said, kind in wanted.items():
        path, line, code, word = said
        if said not in given:
            wrong.append(f"{path}:{line}: {word} {code} is expected")
        elif kind and given[said].kind != kind:
            wrong.append(f"{path}:{line}: {code} has class {given[said].kind or 'none'}, not {kind}")
    for said, one in given.items():
        if reported(one) and said not in wanted:
            wrong.append(f"{one.where}: {said[3]} {one.code} is not expected: {one.message}")
    return wrong


def misclaimed(judged: Iterable[Finding], files: dict[str, str]) -> list[str]:
    """What is wrong with the claims of what is reported, one sentence each: a bug has one, and each of its
    places has the call and the function that it speaks of."""
    wrong = []
    for one in judged:
        if one.claim is None:
            wrong += [f"{one.where}: {one.code} claims nothing"] if one.verdict == "bug" else []
            continue
        sites = one.claim.sites
        if not 0 <= one.claim.before < max(len(sites), 1) or not sites:
            wrong.append(f"{one.where}: {one.code} has site {one.claim.before} of {len(sites)}")
        for site in sites:
            lines = files.get(site.path, "").splitlines()
            near = "\n".join(lines[site.line - 1 : site.line + 2]) if 0 < site.line <= len(lines) else ""
            if not near:
                wrong.append(f"{one.where}: {one.code} claims {site.path}:{site.line}, which is no place")
            elif site.call and site.call.partition("(")[0] not in near:
                wrong.append(f"{one.where}: {one.code} claims {site.call}() in line {site.line}")
            elif site.function and f"{site.function}(" not in files[site.path]:
                wrong.append(f"{one.where}: {one.code} claims that there is {site.function}()")
    return wrong
