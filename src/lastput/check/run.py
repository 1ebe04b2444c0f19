"""Check one test: compile, search, build the traces, compare with what its header says."""

from __future__ import annotations

__all__ = ["failed", "run", "search"]

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from lastput.check.expectation import differences, expectation
from lastput.check.outcome import Outcome
from lastput.check.request import Request
from lastput.check.test import Test, compile_test
from lastput.check.trace.build import build
from lastput.check.vacuity import never
from lastput.check.workers import with_enough
from lastput.engine.search import check
from lastput.engine.verdict import Progress, Result, Verdict
from lastput.errors import LastputError
from lastput.model.header import Header, read_header
from lastput.schema.checked import Assumed, Checked
from lastput.schema.trace import Trace


def run(request: Request, progress: Callable[[Progress], None] | None = None) -> Outcome:
    """Verdict and traces of a test. ``progress`` is told how far the search is, and may raise
    KeyboardInterrupt to stop it: then the verdict is a partial one.

    Raises LastputError for what is wrong with the test, and for limits of the model that it meets.
    """
    return search(compile_test(request), progress)


def search(test: Test, progress: Callable[[Progress], None] | None = None) -> Outcome:
    """The same for a test that has been compiled."""
    result = check(test.program, test.request.search, progress, test.request.resume)
    enough = with_enough(test, result)
    if enough is None:
        return Outcome(test, result, _checked(test, result))
    wide, result = enough
    checked = _checked(wide, result)
    few, many = test.compiled.options.workers, wide.compiled.options.workers
    note = f"checked with {many} kworkers: with {few} there is a deadlock that only wants another one"
    return Outcome(wide, result, msgspec.structs.replace(checked, notes=(*checked.notes, note)))


def failed(request: Request, error: LastputError) -> Checked:
    """The outcome of a test that has none because of ``error``."""
    header = Header()
    if error.slug != "result-line":
        text = request.text
        if text is None:
            text = Path(request.file).read_text("utf-8", "replace")
        header = read_header(text, request.file)
    name, expected = request.name or request.file, expectation(header)
    if error.slug == "no-tree" and not request.model.tree:
        return Checked(file=name, expected=expected, verdict="NOT RUN")
    return Checked(file=name, expected=expected, verdict="ERROR", problem=str(error))


def _checked(test: Test, result: Result) -> Checked:
    expected = expectation(test.compiled.header, test.release)
    about = test.context()
    wanted = [slug for slug, _ in expected.results]
    # What the header speaks of comes first.
    found = sorted(
        result.findings, key=lambda one: wanted.index(one.error.slug) if one.error.slug in wanted else 99
    )
    made = [build(test.program, one, about) for one in found]
    traces = tuple(msgspec.structs.replace(one, assumptions=_texts(_assumed(test, [one]))) for one in made)
    assumed = _assumed(test, traces)
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
        wrong=differences(expected, result, traces),
        never=never(test.program, result.executed, result.blocked, test.own) if told else (),
        assumptions=_texts(assumed),
        assumed=assumed,
        notes=(*test.compiled.notes, *dict.fromkeys(f.note for f in result.findings if f.note)),
    )


def _assumed(test: Test, traces: Sequence[Trace]) -> tuple[Assumed, ...]:
    """The assumptions of a test, those first that one of the traces runs through."""
    functions = {frame.function for trace in traces for frame in trace.frames}
    lines = {(step.place.file, step.place.line) for trace in traces for step in trace.steps}
    told = [
        Assumed(
            kind=one.kind,
            name=one.name,
            place=str(one.place),
            text=str(one),
            used=one.name in functions or (one.place.file, one.place.line) in lines,
        )
        for one in test.compiled.assumptions
    ]
    return tuple(sorted(told, key=lambda one: not one.used))


def _texts(assumed: Sequence[Assumed]) -> tuple[str, ...]:
    return tuple(one.text for one in assumed)
