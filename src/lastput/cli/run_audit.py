"""``lastput audit``: from the command line to the report, and out in the form that was asked for."""

from __future__ import annotations

__all__ = ["judge", "request", "run"]

import argparse
import os
import sys
from pathlib import Path

import msgspec

from lastput import __version__
from lastput.audit.apply import Sides
from lastput.audit.apply import sides as both_sides
from lastput.audit.baseline import make, read_baseline, to_bytes
from lastput.audit.config import NAME, Config, read_config
from lastput.audit.mbox import patch_text
from lastput.audit.patch import from_diff, from_git
from lastput.audit.registry import all_rules, select
from lastput.audit.report import Request, audit, sites, why
from lastput.audit.tree import OpenTree
from lastput.cli.asked import asked, headers
from lastput.cli.tree import opener, store_of, with_sound_base
from lastput.cli.write import write_whole
from lastput.errors import LastputError
from lastput.schema.audit import Report
from lastput.schema.finding import Confidence, Finding
from lastput.schema.patch import Patch
from lastput.schema.proof import Limits, Proof
from lastput.show.excerpt import AROUND
from lastput.show.findings import Options, render
from lastput.show.progress import Status
from lastput.show.summary import notes, summary

_FAILED = 2
#: The forms that say how bad a finding is, and whose code it is.
_GRADED = frozenset(("full", "html", "json", "sarif", "stat"))
#: coccicheck's modes: chain takes the first that works for all, which is never patch; context prints the
#: report's messages too.
_MODES = {
    "report": "report",
    "patch": "patch",
    "context": "context",
    "org": "org",
    "rep+ctxt": "context",
    "chain": "report",
}


def judge(args: argparse.Namespace, around: int = 0) -> tuple[OpenTree, Report]:
    """Find the tree of ``args``, which learns of it, bring its base up to date, and audit it."""
    place = asked(args.where)
    args.tree, args.paths = str(place.root), place.paths
    args.kernel = headers(args.kernel, place.root)
    wanted = request(args)  # before the tree is read: git, the patch and the files may say no
    wanted = msgspec.structs.replace(wanted, around=around)

    least = wanted.confidence
    if _proves(args):
        if args.kernel is not None:
            raise LastputError(
                "prove-outside", "a module outside the kernel is not proved", "copy it into a kernel tree"
            )
        if wanted.sides is not None and not wanted.sides.applied:
            raise LastputError("patch-not-applied", "--prove reads the tree as it lies", "apply it: git am")
        wanted = msgspec.structs.replace(wanted, confidence="low")

    def once() -> tuple[OpenTree, Report]:
        open_tree = opener(args.tree, quiet=args.quiet, kernel=args.kernel)
        with Status(sys.stderr, args.tree, wanted=sys.stderr.isatty() and not args.quiet) as status:
            return open_tree, audit(open_tree, wanted, lambda code: status.say(f"{code} done"))

    open_tree, report = with_sound_base(place.root, args.kernel, once)
    return open_tree, _proved(args, place.root, report, least) if _proves(args) else report


def _proves(args: argparse.Namespace) -> bool:
    return bool(getattr(args, "prove", False) or getattr(args, "refuted", False))


def _proved(args: argparse.Namespace, root: Path, report: Report, least: Confidence) -> Report:
    """The report with the findings' proofs; what is left of them after a Ctrl-C is told without."""
    # The engine is not needed, and takes its time to load, where nothing is proved.
    from lastput.cli.proving import proofs
    from lastput.prove.told import with_proofs

    jobs = args.jobs or len(os.sched_getaffinity(0))
    found: dict[str, Proof] = {}
    total = len(report.findings)
    with Status(sys.stderr, "prove", wanted=sys.stderr.isatty() and not args.quiet) as status:
        try:
            for finding, proof in proofs(report.findings, root, Limits(), jobs):
                found[finding.fingerprint] = proof
                status.say(f"{len(found)} of {total} findings")
        except KeyboardInterrupt:
            status.clear()
            print(f"lastput: interrupted; {total - len(found)} findings are not proved", file=sys.stderr)
    told = with_proofs(report, found, least)
    return msgspec.structs.replace(told, findings=told.refuted, refuted=()) if args.refuted else told


def run(args: argparse.Namespace) -> int:
    """0 without findings, 1 with, 2 if a rule failed."""
    args.format = form = _form(args)
    open_tree, report = judge(args, AROUND if form == "html" else 0)
    if form == "patch" or args.fixes:
        report = _patched(args, open_tree, report)
    if args.why or args.sites:
        return _asked(args, open_tree, report, form)
    if args.write_baseline:
        write_whole(Path(args.write_baseline), to_bytes(make(report.findings)))
        print(f"{len(report.findings)} findings are known in {args.write_baseline}", file=sys.stderr)
    else:
        _print(form or "kernel", report)
    sys.stdout.flush()
    sys.stderr.write(notes(report))
    if not args.quiet:
        sys.stderr.write(summary(report))
    if report.broken:
        return _FAILED
    return int(not args.write_baseline and bool(report.findings or report.refused))


def _patched(args: argparse.Namespace, open_tree: OpenTree, report: Report) -> Report:
    """The report with patches for its findings, each checked."""
    # Not needed, and takes its time to load, where nothing is mended.
    from lastput.fix.mend import Mender

    codes = tuple(note.code for note in report.rules)
    store = store_of(Path(args.tree), args.kernel)
    mender = Mender(open_tree, report.judged, select(codes, ()), store, args.jobs or 1)
    answers = [answer for _, answer in mender.mend(report.findings)]
    patches = sorted(
        (one for one in answers if isinstance(one, Patch)), key=lambda one: (one.where, one.code)
    )
    return msgspec.structs.replace(report, patches=tuple(patches))


def request(args: argparse.Namespace) -> Request:
    """What the command line and ``lastput.toml`` ask. Raises LastputError for what is wrong with them."""
    config, config_name = _config(args)
    settings = config.audit
    rules = select(_codes(args.rules) or settings.rules, (*_codes(args.ignore), *settings.ignore))
    baseline = args.baseline or (str(Path(args.tree) / settings.baseline) if settings.baseline else "")
    return Request(
        tree=args.tree,
        rules=rules,
        known_codes=frozenset(one.code for one in all_rules()),
        jobs=args.jobs or len(os.sched_getaffinity(0)),
        confidence=args.confidence or settings.confidence,
        config=config,
        config_name=config_name,
        baseline=read_baseline(Path(baseline)) if baseline and not args.write_baseline else None,
        sides=_sides(args),
        store=store_of(Path(args.tree), args.kernel),
        paths=args.paths,
        order=args.sort or ("severity" if args.format == "html" else "path"),
        graded=args.format in _GRADED or bool(args.why),
    )


def _config(args: argparse.Namespace) -> tuple[Config, str]:
    path = Path(args.config) if args.config else Path(args.tree) / NAME
    if not args.config and not path.is_file():
        return Config(), NAME
    return read_config(path), args.config or NAME


def _codes(words: list[str] | None) -> tuple[str, ...]:
    return tuple(code for word in words or () for code in word.split(",") if code.strip())


def _sides(args: argparse.Namespace) -> Sides | None:
    root = Path(args.tree)
    if args.since:
        changes = from_git(root, args.since)
    elif args.patch:
        data = sys.stdin.buffer.read() if args.patch == "-" else Path(args.patch).read_bytes()
        changes = from_diff(patch_text(data))
    else:
        return None

    def read(path: str) -> str | None:
        try:
            return (root / path).read_bytes().decode("utf-8", "replace")
        except OSError:
            return None

    return both_sides(changes, read)


def _form(args: argparse.Namespace) -> str:
    """The form that was asked for; "" if none was."""
    if args.verbose:
        return "full"
    if args.stat:
        return "stat"
    if args.mode is None:
        return str(args.format or "")
    mode = args.mode.lower()
    if mode not in _MODES:
        what = f"the audit has no mode {args.mode!r}"
        raise LastputError("no-mode", what, f"its modes are {', '.join(_MODES)}")
    return _MODES[mode]


def _asked(args: argparse.Namespace, open_tree: OpenTree, report: Report, form: str) -> int:
    """--why and --sites show judged places, whatever their verdict and confidence."""
    found: tuple[Finding, ...]
    if args.why:
        path, line = _place(args.why, args.tree)
        found = why(open_tree(), report, path, line, AROUND if form == "html" else 0)
    else:
        found = sites(report.judged, args.sites)
    shown = msgspec.structs.replace(report, findings=found)
    _print(form or ("full" if args.why else "sites"), shown)
    sys.stdout.flush()
    sys.stderr.write(notes(msgspec.structs.replace(report, unused=(), refused=())))
    if report.broken:
        return _FAILED
    return int(any(one.verdict == "bug" for one in found))


def _place(word: str, tree: str) -> tuple[str, int]:
    path, _, line = word.rpartition(":")
    if not path or not line.isdecimal():
        raise LastputError("no-place", f"{word!r} is not FILE:LINE", "such as drivers/block/loop.c:1118")
    given = Path(path)
    if not (Path(tree) / given).is_file() or given.is_absolute():
        root = Path(tree).resolve()
        if given.resolve().is_relative_to(root):
            path = given.resolve().relative_to(root).as_posix()
    if not (Path(tree) / path).is_file():
        raise LastputError("no-place", f"there is no file {path} in {tree}", "name it from the tree's top")
    return path, int(line)


def _print(form: str, report: Report) -> None:
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    sys.stdout.write(render(form, report, Options(colour=colour, version=__version__)))
