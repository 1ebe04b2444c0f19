"""Whether patches of ``lastput fix`` compile: each patched file, with ``W=1``, beside the file as it was.

    lastput fix --all TREE --format json > patches.json
    python -m benchmarks.fix_compile prepare TREE WORK      # once: links to TREE, allmodconfig, make prepare
    python -m benchmarks.fix_compile run patches.json WORK --count 100 --seed 1

``run`` draws patches at random until ``--count`` of them are of files that allmodconfig builds here.
A patch fails if its file does not compile, or brings a warning that the file did not have. The tree itself
is never written to: ``WORK`` has links to its files, and a file of its own while a patch is tried.

It takes gcc, make, flex, bison, bc, libelf-dev and libssl-dev, and half a minute a patch.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec

from lastput.fix.text import edited
from lastput.schema.patch import Patch

_WARNING = re.compile(r"^[^:\n]+:\d+:\d+: ((?:warning|error): .*)$", re.MULTILINE)
_SECONDS = 600


def prepare(tree: Path, work: Path) -> None:
    """Links to all files of the tree, configured and prepared. Raises CalledProcessError."""
    work.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-rs", str(tree.resolve()), str(work)], check=True)
    for target in (["allmodconfig"], ["-j2", "prepare"]):
        subprocess.run(["make", "-s", "-C", str(work), *target], check=True)


def compiled(work: Path, path: str) -> tuple[bool, Counter[str]]:
    """Whether the object of a file is made, and what the compiler says, without places."""
    target = str(Path(path).with_suffix(".o"))
    (work / target).unlink(missing_ok=True)
    done = subprocess.run(
        ["make", "-C", str(work), "W=1", "CONFIG_WERROR=", target],
        capture_output=True, text=True, timeout=_SECONDS, check=False,
    )  # fmt: skip
    return (work / target).exists() and done.returncode == 0, Counter(_WARNING.findall(done.stderr))


def tried(work: Path, patch: Patch) -> str:
    """``ok``, ``not built`` (of another machine, say), or what went wrong."""
    paths = sorted({edit.path for edit in patch.edits if edit.path.endswith(".c")})
    before = {path: compiled(work, path) for path in paths}
    if not all(built for built, _ in before.values()) or not paths:
        return "not built"
    originals = {path: (work / path).resolve() for path in paths}
    texts = edited(patch.edits, lambda path: (work / path).read_bytes())
    try:
        for path, content in texts.items():
            (work / path).unlink()
            (work / path).write_bytes(content)
        for path in paths:
            built, said = compiled(work, path)
            new = said - before[path][1]
            if not built or new:
                return f"{path}: {next(iter(new), 'does not compile')}"
    finally:
        for path, original in originals.items():
            (work / path).unlink(missing_ok=True)
            (work / path).symlink_to(original)
    return "ok"


def run(patches: list[Patch], work: Path, count: int, seed: int) -> int:
    """Try them, one row each, and print the share. 0 if all is well."""
    order = random.Random(seed).sample(patches, len(patches))
    counts: Counter[str] = Counter()
    for patch in order:
        if counts["ok"] + counts["wrong"] >= count:
            break
        said = tried(work, patch)
        word = said if said in ("ok", "not built") else "wrong"
        counts[word] += 1
        print(f"{patch.code} {patch.kind} {patch.where}: {said}", flush=True)
    tried_ = counts["ok"] + counts["wrong"]
    share = 100 * counts["ok"] / tried_ if tried_ else 0
    print(f"{counts['ok']} of {tried_} compile without a new warning ({share:.0f} %);"
          f" {counts['not built']} are not built here")  # fmt: skip
    return int(bool(counts["wrong"]))


def read(file: Path) -> list[Patch]:
    """The patches of what ``lastput fix --format json`` printed."""
    rows = [row for row in file.read_bytes().splitlines() if b'"edits"' in row]
    return [msgspec.json.decode(row, type=Patch) for row in rows]


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    first = commands.add_parser("prepare")
    first.add_argument("tree", type=Path)
    first.add_argument("work", type=Path)
    second = commands.add_parser("run")
    second.add_argument("patches", type=Path)
    second.add_argument("work", type=Path)
    second.add_argument("--count", type=int, default=100)
    second.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(words)
    if args.command == "prepare":
        prepare(args.tree, args.work)
        return 0
    return run(read(args.patches), args.work, args.count, args.seed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
