"""How many findings of an audit can be turned into a program without a hand-written line.

    lastput audit TREE --confidence low --format json > findings.json
    python -m benchmarks.lower_findings findings.json --tree TREE [--sample 200] [--seed 1] [--jobs 2]
    python -m benchmarks.lower_findings findings.json --tree TREE --only drivers/net/foo.c:123 --show

For each finding a test is written that names, by SOURCE(), the functions that the finding speaks of, and
calls each in a thread of its own; it is compiled with ``--assume-any all`` and the headers of the tree. What
does not compile is counted by the slug of its error; what names no function (a table at file scope) is told
apart, since there is nothing to lower. CPU is user time of one compilation, the header index
being there.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import signal
import statistics
import traceback
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import msgspec

from lastput.c.raw.heads import split_arguments
from lastput.c.tree import Tree, open_tree
from lastput.errors import LastputError
from lastput.facts.definitions.config import Config
from lastput.facts.definitions.lookup import Headers
from lastput.facts.definitions.scan import Kind, scan
from lastput.model.compile import compile_text
from lastput.model.options import ModelOptions
from lastput.schema.finding import Finding, functions

_TOO_LONG = 30  # seconds of user time for one finding
_NOTHING = "names no function"
_CALL = re.compile(r"\b([a-z_]\w+)\(\)")


class Lowered(msgspec.Struct, frozen=True):
    """``slug`` is "" if it compiled; ``cpu`` in seconds; ``size`` in instructions."""

    where: str
    code: str
    slug: str
    message: str
    cpu: float
    size: int
    assumed: int
    text: str


@cache
def _tree(path: str) -> tuple[Tree, Headers]:
    tree = open_tree(path)
    return tree, Headers(tree, Config())


def named(finding: Finding, tree: Tree) -> dict[str, dict[str, int]]:
    """The functions that a finding speaks of, by file, each with the number of its parameters: those that its
    places lie in, and those that its sentences name and that are defined in one of these files."""
    found: dict[str, dict[str, None]] = {}
    for path, name in sorted(functions(finding)):
        found.setdefault(path, {})[name] = None
    words = _CALL.findall(" ".join((finding.message, *(cause.what for cause in finding.causes))))
    result: dict[str, dict[str, int]] = {}
    for path, names in found.items():
        source = tree.read(path)
        defined = {
            one.name: _parameters(one.name, source[one.start : one.end])
            for one in scan(source)
            if one.kind == Kind.FUNCTION
        }
        names.update((word, None) for word in words if word in defined)
        result[path] = {name: defined[name] for name in names if name in defined}
    return {path: names for path, names in result.items() if names}


def _parameters(name: str, source: str) -> int:
    """How many parameters a function has, by its text."""
    head = re.search(rf"\b{name}\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)", source)
    parts = [one.strip() for one in split_arguments(head[1])] if head else []
    return 0 if parts in ([], [""], ["void"]) else len([one for one in parts if one != "..."])


def written(by_file: dict[str, dict[str, int]]) -> str:
    """The test."""
    sources = [f'SOURCE("{path}", {", ".join(names)});' for path, names in by_file.items()]
    counts = {name: count for found in by_file.values() for name, count in found.items()}
    calls = [
        f"THREAD(calls_{name}) {{ {name}({', '.join('0' * count)}); }}" for name, count in counts.items()
    ]
    return "\n".join(
        [
            "/* Does it lower? */",
            "#include <lastput.h>",
            "MODULE(m);",
            *sources,
            "MODULE(vmlinux);",
            *calls,
            "",
        ]
    )


def lower(finding: Finding, path: str) -> Lowered:
    """Compile the test of one finding."""
    tree, headers = _tree(path)
    where = f"{finding.where.path}:{finding.where.line}"
    by_file = named(finding, tree)
    if not by_file:
        return Lowered(where, finding.code, _NOTHING, "", 0.0, 0, 0, "")
    text = written(by_file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    slug, message, size, assumed = "", "", 0, 0
    signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _TOO_LONG)
    try:
        made = compile_text(text, "finding.c", ModelOptions(assume_any=("all",)), tree.read, headers)
        size, assumed = len(made.program.code), len(made.program.assumptions)
    except LastputError as error:
        slug, message = error.slug, str(error).replace("\n", " ")
    except TimeoutError:
        slug = "too-long"
    except Exception as error:
        slug, message = f"crash {type(error).__name__}", traceback.format_exc()[-600:]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    cpu = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    return Lowered(where, finding.code, slug, message, cpu, size, assumed, text)


def _stop(*_: object) -> None:
    raise TimeoutError


def _report(everything: Sequence[Lowered]) -> None:
    found = [one for one in everything if one.slug != _NOTHING]
    if len(found) < len(everything):
        print(f"{len(everything) - len(found)} of {len(everything)} findings name no function")
    done = [one for one in found if not one.slug]
    print(f"{len(done)} of {len(found)} findings lower: {100 * len(done) / max(len(found), 1):.1f} %")
    if found:
        times = sorted(one.cpu for one in found)
        print(
            f"CPU of one: median {statistics.median(times):.2f} s,"
            f" 95 % under {times[int(len(times) * 0.95)]:.2f} s, most {times[-1]:.2f} s"
        )
    for slug, count in Counter(one.slug for one in found if one.slug).most_common():
        print(f"{count:6} {slug}")
    families = Counter(one.code[:3] for one in found)
    for family, count in sorted(families.items()):
        fine = sum(one.code[:3] == family for one in done)
        print(f"{family}: {fine} of {count} ({100 * fine / count:.0f} %)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("findings", type=Path)
    parser.add_argument("--tree", required=True)
    parser.add_argument("--sample", type=int, default=0, help="so many, drawn at random (default: all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="the findings at this PATH:LINE")
    parser.add_argument("--show", action="store_true", help="print the tests too")
    parser.add_argument("--out", type=Path, help="what came of each, as JSON lines")
    args = parser.parse_args()
    findings = [msgspec.json.decode(line, type=Finding) for line in args.findings.read_bytes().splitlines()]
    if args.only:
        findings = [one for one in findings if f"{one.where.path}:{one.where.line}" == args.only]
    elif args.sample:
        findings = random.Random(args.seed).sample(findings, min(args.sample, len(findings)))
    _tree(args.tree)  # the index is there before the clock runs
    _tree.cache_clear()
    if args.only or args.jobs == 1:
        found = [lower(one, args.tree) for one in findings]
    else:
        with ProcessPoolExecutor(args.jobs) as pool:
            found = list(pool.map(lower, findings, [args.tree] * len(findings), chunksize=8))
    for one in found:
        if one.slug:
            print(f"{one.where} {one.code} [{one.slug}] {one.message[:300]}")
        if args.show:
            print(one.text)
    if args.out is not None:
        args.out.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in found))
    _report(found)


if __name__ == "__main__":
    main()
