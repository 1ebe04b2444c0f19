"""How many logs are explained rightly: ``python benchmarks/explain_corpus.py [FOLDER] [--list]``.

FOLDER holds logs, one a file, and ``expectations.tsv``: a headline, and columns with tabs between them:

    log        the file's name
    kind       that of the first report; several with ``|``
    function   a function that the story of that report must name; several with ``|`` (``-``: none is asked)
    class      the error class; several with ``|`` (``-``: none fits)
    certainty  the most that may be claimed: ``certain``, ``likely`` or ``unknown``

Without FOLDER the logs of ``tests/splat/posted`` are written and scored. Counted are:

    recognised      a report of a right kind was found in the log
    right kind      its first report is of that kind
    right function  the story of that report names one of the functions
    wrong claims    a diagnosis that is not ``unknown`` and has another class, is surer than it may be, or, of
                    the first report, names none of the functions. Other reports of a log may say nothing that
                    is of another class than those of the table

``--list`` prints what is not right, log by log.
"""

from __future__ import annotations

__all__ = ["Score", "main", "score"]

import argparse
import csv
import sys
import tempfile
import time
from pathlib import Path

import msgspec

_RANK = {"unknown": 0, "likely": 1, "certain": 2}


class Score(msgspec.Struct):
    """Counts over ``logs`` logs; ``faults`` are lines for people."""

    logs: int = 0
    recognised: int = 0
    kind: int = 0
    function: int = 0
    asked: int = 0  # logs with a function in the table
    wrong: int = 0  # logs with a wrong claim
    claims: int = 0  # diagnoses that claim something
    faults: list[str] = msgspec.field(default_factory=list)


def score(folder: Path) -> Score:
    """Explain each log of the table in ``folder``."""
    from lastput.splat import rules
    from lastput.splat.reader import read

    found = Score()
    with (folder / "expectations.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            with (folder / row["log"]).open("rb") as stream:
                reports = read(stream).reports
            told = [rules.judge(report, reports) for report in reports]
            kinds, functions, classes = (row[name].split("|") for name in ("kind", "function", "class"))
            found.logs += 1
            if kinds == ["-"]:
                found.recognised += not reports
                found.kind += not reports
                continue
            found.recognised += any(report.kind in kinds for report in reports)
            right = bool(reports) and reports[0].kind in kinds
            found.kind += right
            named = bool(told) and any(f"{name}()" in told[0].story for name in functions)
            if functions != ["-"]:
                found.asked += 1
                found.function += right and named
            faults = []
            if not right:
                faults.append(f"kind {', '.join(report.kind for report in reports) or 'none'}")
            elif functions != ["-"] and not named:
                faults.append("function")
            claims = [one for one in told if one.certainty != "unknown"]
            found.claims += len(claims)
            for at, one in enumerate(told):
                why = ""
                if one.certainty == "unknown":
                    continue
                if (one.error or "-") not in classes:
                    why = f"class {one.error or '-'}"
                elif _RANK[one.certainty] > _RANK[row["certainty"]]:
                    why = f"too sure ({one.certainty})"
                elif at == 0 and functions != ["-"] and not named:
                    why = "another function"
                if why:
                    faults.append(f"WRONG: {why}")
            found.wrong += any(fault.startswith("WRONG") for fault in faults)
            if faults:
                story = told[0].story if told else ""
                found.faults.append(f"{row['log']}: {'; '.join(faults)}: {story}")
    return found


def main(arguments: list[str]) -> None:
    """Score a folder, or our own logs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--list", action="store_true", help="print what is not right")
    args = parser.parse_args(arguments)
    begin = time.process_time()
    if args.folder is None:
        sys.path.insert(0, str(Path(__file__).parent.parent))
        from tests.splat.posted import folder

        with tempfile.TemporaryDirectory() as name:
            folder(Path(name))
            found = score(Path(name))
    else:
        found = score(args.folder)
    used = time.process_time() - begin
    if args.list:
        print("\n".join(found.faults))

    def row(name: str, number: int, of: int) -> None:
        print(f"{name:16} {number:5} of {of:5}  {100 * number / of if of else 0:5.1f} %")

    row("recognised", found.recognised, found.logs)
    row("right kind", found.kind, found.logs)
    row("right function", found.function, found.asked)
    row("wrong claims", found.wrong, found.logs)
    print(f"{found.claims} claims in all; {used:.1f} s CPU")


if __name__ == "__main__":
    main(sys.argv[1:])
