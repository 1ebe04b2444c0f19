"""Write the facts of this folder from a kernel tree: ``python -m lastput.facts.core.make TREE``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from lastput.facts.base import Facts
from lastput.facts.core import MARKS
from lastput.facts.entries import driver_macros
from lastput.facts.index import update
from lastput.facts.macro_tables import definitions, macro_tables

_HERE = Path(__file__).parent
_HEADERS = "p.path LIKE 'include/%'"


def main(tree: Path) -> None:
    """Index the tree, and write the three files."""
    with Facts(tree, update(tree).database) as facts:
        records = _records(facts)
        _write("ops.txt", (" ".join((name, *fields)) for name, fields in sorted(records.items())))
        names = {
            name
            for (name,) in facts.sql(
                f"SELECT DISTINCT m.name FROM macros m JOIN files p ON p.id = m.file WHERE {_HEADERS}"
            )
        }
        drivers = [one for name, one in sorted(driver_macros(facts.db).items()) if name in names]
        _write(
            "drivers.txt",
            ("\t".join((one.name, ", ".join(one.parameters), one.init, one.exit)) for one in drivers),
        )
        _write("tables.txt", _tables(facts, names, set(records)))


def _records(facts: Facts) -> dict[str, list[str]]:
    marks = {what: mark for mark, what in MARKS.items()}
    found: dict[str, list[str]] = {}
    for record, field, kind, pointers in facts.sql(
        "SELECT r.record, r.field, r.type, r.pointers FROM records r JOIN files p ON p.id = r.file"
        f" WHERE {_HEADERS} ORDER BY p.path, r.line, r.id"
    ):
        mark = marks.get((kind, pointers))
        if mark is not None and record.isidentifier() and field.isidentifier():
            found.setdefault(record, []).append(field + mark)
    return {record: list(dict.fromkeys(fields)) for record, fields in found.items()}


def _tables(facts: Facts, names: set[str], records: set[str]) -> Iterable[str]:
    for macro, tables in sorted(macro_tables(definitions(facts.db)).items()):
        for one in tables:
            if macro in names and one.type in records and one.fields:
                words = " ".join(word for word, has in (("static", one.static), ("const", one.const)) if has)
                fields = ["=".join(field) for field in one.fields]
                yield "\t".join((macro, ", ".join(one.parameters), one.name, one.type, words, *fields))


def _write(name: str, lines: Iterable[str]) -> None:
    text = "# Made by make.py from the headers of a kernel tree.\n" + "".join(f"{line}\n" for line in lines)
    (_HERE / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
