"""SARIF 2.1.0: one result with one code flow, and in that a thread flow for each task.

The order between tasks is ``executionOrder`` (the step's number). Sections below are those of the
standard, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

__all__ = ["render"]

import hashlib

import msgspec

from lastput import __version__
from lastput.errors import Place
from lastput.schema.trace import Step, Trace, stack
from lastput.show.render import Options

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MOST = 10_000  # steps of a result that GitHub takes

Node = dict[str, object]


def render(trace: Trace, options: Options) -> str:
    """The log as indented JSON; the options make no difference."""
    driver: Node = {
        "name": "lastput",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [{"id": trace.error, "shortDescription": {"text": trace.error.replace("-", " ")}}],
    }
    run: Node = {
        "tool": {"driver": driver},
        "columnKind": "utf16CodeUnits",
        "results": [_result(trace)],
    }
    log: Node = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=1).decode() + "\n"


def _result(trace: Trace) -> Node:
    places = [place for place in trace.cause_places if place is not None and place.line]
    main = places[-1] if places else trace.violated.place
    result: Node = {
        "ruleId": trace.error,
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": f"{trace.headline}. {'; '.join(_numbered(trace))}."},
        "partialFingerprints": {"lastputTrace/v1": _fingerprint(trace)},
        "codeFlows": [{"message": {"text": trace.headline}, "threadFlows": _thread_flows(trace)}],
        "relatedLocations": [
            {"id": number, **_location(trace, place, text)}
            for number, (place, text) in enumerate(zip(trace.cause_places, trace.causes, strict=False), 1)
            if place is not None and place.line
        ],
        "properties": {"schedule": trace.schedule, "test": trace.file},
    }
    if main is not None and main.line:
        result["locations"] = [_location(trace, main, trace.headline)]
    return result


def _numbered(trace: Trace) -> list[str]:
    return [f"({number}) {cause}" for number, cause in enumerate(trace.causes, 1)]


def _fingerprint(trace: Trace) -> str:
    """What stays the same when lines move: the class, the test, the objects and functions of the causes."""
    parts = [trace.error, trace.file, trace.violated.object, trace.violated.module]
    for step in trace.steps:
        if step.cause and step.frame >= 0:
            parts.append(trace.frames[step.frame].function)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _location(trace: Trace, place: Place, text: str = "") -> Node:
    """3.28 location; lines and columns count from 1, as ours do."""
    region: Node = {"startLine": max(place.line, 1)}
    if place.column:
        region["startColumn"] = place.column
    source = next((one for one in trace.sources if (one.file, one.line) == (place.file, place.line)), None)
    if source is not None:
        region["snippet"] = {"text": source.text}
    found: Node = {"physicalLocation": {"artifactLocation": {"uri": place.file}, "region": region}}
    if text:
        found["message"] = {"text": text}
    return found


def _thread_flows(trace: Trace) -> list[Node]:
    """3.37 threadFlow for each task that acts, and the error as the last place of the task that fails."""
    kept = [step for step in trace.steps if len(trace.steps) < _MOST or step.cause or step.changes]
    flows: list[Node] = []
    for task in trace.tasks:
        places = [_step(trace, step) for step in kept if step.task == task.id]
        places += _end(trace, task.id)
        if places:
            flows.append({"id": task.name, "message": {"text": task.comm or task.name}, "locations": places})
    return flows


def _step(trace: Trace, step: Step) -> Node:
    """3.38 threadFlowLocation."""
    changes = {f"{one.object}.{one.field}": {"text": one.new} for one in step.changes}
    cause = f"({step.cause}) " if step.cause else ""
    place: Node = {
        "location": _location(trace, step.place, f"{cause}{step.op or '...'}"),
        "executionOrder": step.n,
        "nestingLevel": len(stack(trace, step.frame)),
        "importance": "essential" if step.cause else "important" if step.changes else "unimportant",
    }
    function = trace.frames[step.frame] if step.frame >= 0 else None
    if function is not None and function.module:
        place["module"] = function.module
    if changes:
        place["state"] = changes
    return place


def _end(trace: Trace, task: int) -> list[Node]:
    """Where a task stands at the error, if it has to do with it."""
    stands = [(wait.place, wait.frame, f"waits for {wait.what}") for wait in trace.waits if wait.task == task]
    violated = trace.violated
    if not stands and violated.task == task and violated.place is not None:
        stands = [(violated.place, violated.frame, trace.causes[-1] if trace.causes else trace.headline)]
    ends: list[Node] = []
    for place, frame, text in stands:
        end: Node = {"location": _location(trace, place, text), "executionOrder": len(trace.steps) + 1}
        ends.append({**end, "nestingLevel": len(stack(trace, frame)), "importance": "essential"})
    return ends
