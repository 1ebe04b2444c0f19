"""Check one test: compile, search, build the traces, compare with what its header says."""

from __future__ import annotations

__all__ = ["check_file", "engine_options", "explored", "problem"]

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from lastput.cli import shelf
from lastput.cli.more_workers import idle_worker_helps
from lastput.cli.program import Loaded, context, expectation, load
from lastput.engine import resume
from lastput.engine.search import check
from lastput.engine.verdict import Options, Progress, Result, Verdict
from lastput.errors import LastputError
from lastput.model.header import Header, read_header
from lastput.schema.checked import Checked, Expectation
from lastput.schema.trace import Explored, Trace
from lastput.show.build import build
from lastput.show.progress import Status
from lastput.show.vacuity import never


def engine_options(args: argparse.Namespace) -> Options:
    """How to search, from the command line."""
    return Options(
        merge=not args.no_merge,
        symmetry=not args.no_symmetry,
        partial_order=not args.no_partial_order,
        engine=args.engine,
        max_states=args.max_states or 0,
        max_memory=args.max_memory or 0,
        order="dfs" if args.depth_first else "bfs",
    )


def check_file(path: Path, args: argparse.Namespace, quiet: bool = False, alone: bool = True) -> Checked:
    """Check the test at ``path``. ``alone``: a search that is interrupted is saved.

    Raises LastputError for what is wrong with the test or with the file of ``--resume``.
    """
    loaded = load(path, args)
    program = loaded.compiled.program
    options = engine_options(args)
    snapshot = resume.load(args.resume, program) if args.resume else None
    with Status(sys.stderr, shelf.display(path), wanted=not quiet) as status:

        def progress(now: Progress) -> None:
            status.tell(now.phase, now.stored, now.depth, now.frontier)

        result = check(program, options, progress, snapshot)
    checked = _checked(loaded, result)
    if not alone:
        return checked
    saved, note = _save(result, path, args)
    hint = idle_worker_helps(path, args, loaded, result, options)
    notes = (*checked.notes, *(text for text in (note, hint) if text))
    return msgspec.structs.replace(checked, saved=saved, notes=notes)


def _save(result: Result, path: Path, args: argparse.Namespace) -> tuple[str, str]:
    """Keep a search that was stopped; gives the file's name, or a note why there is none."""
    if result.snapshot is None or not (args.save or result.reason.startswith("interrupted")):
        return "", ""
    name = args.save or f"{path.stem}.lastput-resume"
    try:
        resume.save(name, result.snapshot)
    except LastputError as error:
        # The verdict so far is worth more than the file.
        return "", f"not saved: {error.what} [{error.slug}]"
    return name, ""


def problem(path: Path, error: LastputError, args: argparse.Namespace) -> Checked:
    """The outcome of a test that has none."""
    header = (
        read_header(path.read_text("utf-8", "replace"), str(path))
        if error.slug != "result-line"
        else Header()
    )
    if error.slug == "no-tree" and not args.tree:
        return Checked(file=shelf.display(path), expected=expectation(header), verdict="NOT RUN")
    return Checked(
        file=shelf.display(path), expected=expectation(header), verdict="ERROR", problem=str(error)
    )


def _checked(loaded: Loaded, result: Result) -> Checked:
    expected = expectation(loaded.compiled.header, loaded.release)
    about = context(loaded)
    wanted = [slug for slug, _ in expected.results]
    # What the header speaks of comes first.
    found = sorted(
        result.findings, key=lambda one: wanted.index(one.error.slug) if one.error.slug in wanted else 99
    )
    traces = tuple(build(loaded.compiled.program, one, about) for one in found)
    told = result.verdict is Verdict.SAFE and result.complete
    return Checked(
        file=about.file,
        expected=expected,
        verdict=result.verdict.value,
        reason=result.reason,
        states=result.stored,
        transitions=result.transitions,
        depth=result.depth,
        complete=result.complete,
        traces=traces,
        wrong=_wrong(expected, result, traces),
        never=never(loaded.compiled.program, result.executed, result.blocked, _own(loaded)) if told else (),
        assumptions=loaded.compiled.program.assumptions,
        notes=(*loaded.compiled.notes, *dict.fromkeys(f.note for f in result.findings if f.note)),
    )


def explored(trace: Trace, checked: Checked, args: argparse.Namespace) -> Trace:
    """A trace that also says how much was searched, for JSON."""
    switches = sum(1 for one, two in zip(trace.steps, trace.steps[1:], strict=False) if one.task != two.task)
    options = engine_options(args)
    # A search that has found something was one without partial order.
    reductions = tuple(name for name in ("merge", "symmetry") if getattr(options, name))
    done = Explored(checked.states, checked.complete, reductions, checked.complete, switches)
    return msgspec.structs.replace(trace, explored=done)


def _own(loaded: Loaded) -> Callable[[str], bool]:
    """Whether a file is the test itself or comes from a kernel tree; headers that tests share are not
    meant to be used whole."""
    return lambda file: file == str(loaded.path) or (file in loaded.compiled.sources and "/" in file)


def _wrong(expected: Expectation, result: Result, traces: tuple[Trace, ...]) -> tuple[str, ...]:
    """How the outcome differs from the header, one sentence each."""
    if not expected.stated:
        return ()
    if result.verdict is Verdict.UNKNOWN:
        return (f"no verdict: {result.reason}",)
    found = {trace.error: trace for trace in traces}
    told = []
    for slug, name in expected.results:
        if slug not in found:
            told.append(f"{slug} is expected, and was not found")
        elif name and name not in _names(found[slug]):
            told.append(
                f"{slug} is expected of {name}, and was found of {found[slug].violated.object or 'nothing'}"
            )
    wanted = {slug for slug, _ in expected.results}
    if "unmapped-text" in wanted and "use-after-free" in found and found["use-after-free"].violated.module:
        wanted.add("use-after-free")  # data of the module, which goes with its text
    told += [f"{slug} was found, and is not expected" for slug in found if slug not in wanted]
    return tuple(told)


def _names(trace: Trace) -> set[str]:
    """All names that the object of a finding goes by: module, object, type, lock."""
    types = {thing.id: thing.type for thing in trace.objects}
    names: set[str] = set()
    for name in (trace.violated.object, trace.violated.module, *(wait.object for wait in trace.waits)):
        parts = name.replace("#", ".").split(".")
        names |= {name, *parts, types.get(name, ""), types.get(name.partition(".")[0], "")}
        names |= {".".join(parts[start:]) for start in range(len(parts))}
    return names - {""}
