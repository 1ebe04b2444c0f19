"""Our own logs: templates in ``posted/``, written for every kernel and machine that they name.

A template is a section ``## name`` with three lines of data, and the text (directives: ``printer``):

    kind: hung-task | function: a|b | class: deadlock | certainty: unknown
    on: x86 4.14 6.1; arm64 5.10
    as: comm/pid

The expectation is what a person reads out of the text. ``function`` is one that the story must name (``-``:
none), ``class`` the error class (``-``: none), ``certainty`` the most that may be claimed.
"""

from __future__ import annotations

__all__ = ["Posted", "folder", "logs"]

import re
from functools import cache
from pathlib import Path

import msgspec

from tests.splat.printer import Machine, write

_TEMPLATES = Path(__file__).parent / "posted"


class Posted(msgspec.Struct, frozen=True):
    """A log, and what is to be said of its first report."""

    name: str
    text: str
    kind: str
    function: str
    error: str
    certainty: str


@cache
def logs() -> tuple[Posted, ...]:
    """All logs of all templates."""
    found = []
    for path in sorted(_TEMPLATES.glob("*.txt")):
        for section in re.split(r"^## ", path.read_text(), flags=re.MULTILINE)[1:]:
            name, told, on, who, template = section.split("\n", 4)
            facts = dict(one.strip().split(": ") for one in re.split(r" \| ", told))
            comm, _, pid = who.removeprefix("as: ").rpartition("/")
            for machine in on.removeprefix("on: ").split("; "):
                arch, *releases = machine.split()
                for release in releases:
                    text = write(template, Machine(arch, release, comm, int(pid)))
                    error = "" if facts["class"] == "-" else facts["class"]
                    what = (facts["kind"], facts["function"], error, facts["certainty"])
                    found.append(Posted(f"{name}-{arch}-{release}", text, *what))
    return tuple(found)


def folder(path: Path) -> Path:
    """Write all logs into a folder, with the table of what is expected; gives the table."""
    rows = ["log\tkind\tfunction\tclass\tcertainty"]
    for one in logs():
        (path / f"{one.name}.txt").write_text(one.text)
        rows.append(f"{one.name}.txt\t{one.kind}\t{one.function}\t{one.error or '-'}\t{one.certainty}")
    table = path / "expectations.tsv"
    table.write_text("\n".join(rows) + "\n")
    return table
