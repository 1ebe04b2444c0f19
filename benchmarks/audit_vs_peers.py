"""The audit against Coccinelle on the same files, in one run: CPU seconds and ratios.

    python -m benchmarks.audit_vs_peers TREE [--part drivers/bluetooth ...] [--touch 20]

``ours`` runs over the whole TREE: a cold index with all rules; the same again, which finds all answers
kept; a run after some files were given another first line; one after the same files were given one more
struct, which lets go of more answers; and all rules anew on the finished fact base.
TREE must be a copy that may be written to (``cp -al`` makes one): a touched file is put back at the end.
``spatch`` runs the six rules of benchmarks/coccinelle over parts of TREE; the figure for the whole is
EXTRAPOLATED from these by bytes of .c files, and says so.

CPU seconds are user and system time of the program and all its processes, so other work on the machine
counts little; wall clock and memory are those of the run. The first run on a machine compiles for some
seconds.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.processes import Cost, cost

_RULES = Path(__file__).parent / "coccinelle"
_EDITS = {"touched": b"/* touched */\n", "new structs": b"struct touched { struct work_struct work; };\n"}
_PARTS = ("drivers/bluetooth", "drivers/watchdog")


def size(directory: Path) -> tuple[int, int]:
    """Number and bytes of the .c files below a directory."""
    sizes = [one.stat().st_size for one in directory.rglob("*.c") if one.is_file()]
    return len(sizes), sum(sizes)


def ours(tree: Path, touch: int) -> Iterator[tuple[str, Cost]]:
    """Cold, warm and touched runs of all rules."""
    words = [sys.executable, "-m", "lastput", "audit", str(tree), "--quiet"]
    with tempfile.TemporaryDirectory() as cache:
        environment = {"LASTPUT_CACHE": cache}
        yield "cold", cost(words, environment)
        yield "again", cost(words, environment)
        files = sorted((tree / "drivers").rglob("*.c"))
        chosen = files[:: max(1, len(files) // touch)][:touch]
        kept = [(one, one.read_bytes()) for one in chosen]
        try:
            for what, line in _EDITS.items():
                _write((one, line + text) for one, text in kept)
                yield f"{len(chosen)} {what}", cost(words, environment)
        finally:
            _write(kept)
        for folder in Path(cache).glob("*/"):
            shutil.rmtree(folder)
        yield "rules anew", cost(words, environment)


def _write(files: Iterable[tuple[Path, bytes]]) -> None:
    """Replace files; other names of the old ones (hard links) keep their contents."""
    for path, text in files:
        path.unlink()
        path.write_bytes(text)


def peers(tree: Path, parts: list[str]) -> dict[str, Cost]:
    """Each rule of Coccinelle over the parts."""
    found = {}
    for rule in sorted(_RULES.glob("*.cocci")):
        runs = [
            cost(
                ["spatch", "--sp-file", str(rule), "--dir", str(tree / part), "--no-includes", "--very-quiet"]
            )
            for part in parts
        ]
        found[rule.stem] = Cost(
            sum(one.cpu for one in runs), sum(one.wall for one in runs),
            max(one.memory for one in runs), sum(one.lines for one in runs),
        )  # fmt: skip
    return found


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--part", nargs="+", default=list(_PARTS))
    parser.add_argument("--touch", type=int, default=20)
    parser.add_argument("--skip-ours", action="store_true", help="only Coccinelle")
    args = parser.parse_args()
    all_files, all_bytes = size(args.tree)
    part_sizes = [size(args.tree / part) for part in args.part]
    files, some = sum(one for one, _ in part_sizes), sum(one for _, one in part_sizes)
    spatch = peers(args.tree, args.part)
    print(
        f"spatch on {' '.join(args.part)}: {files} of {all_files} .c files, {some / all_bytes:.2%} of bytes"
    )
    for name, one in spatch.items():
        print(f"  {name:24} {one.cpu:9.1f} CPU s   {one.lines} lines")
    measured = sum(one.cpu for one in spatch.values())
    whole = measured * all_bytes / some
    print(f"  {'six rules':24} {measured:9.1f} CPU s   EXTRAPOLATED to the tree: {whole:.0f} CPU s")
    for name, one in () if args.skip_ours else ours(args.tree, args.touch):
        took = f"{one.cpu:9.1f} CPU s   {one.wall:6.1f} s wall   {one.memory >> 20:5} MB"
        ratio = f"six spatch rules / ours: {whole / one.cpu:.1f}"
        print(f"lastput audit, {name:14} {took}   {one.lines} lines   {ratio}", flush=True)


if __name__ == "__main__":
    main()
