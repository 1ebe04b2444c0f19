"""What the header of a test expects, and how an outcome differs from it."""

from __future__ import annotations

__all__ = ["differences", "expectation"]

from lastput.engine.verdict import Result, Verdict
from lastput.model.header import Header
from lastput.schema.checked import Expectation
from lastput.schema.trace import Trace


def expectation(header: Header, release: str = "") -> Expectation:
    """What the header of a test says of a tree of ``release``, as data for views."""
    special = any(name == release for name, _ in header.by_release)
    return Expectation(
        results=tuple((one.error, one.object) for one in header.expected_on(release) or ()),
        release=release if special else "",
        question=header.question,
        claims=header.claims,
        stage=header.stage,
        stated=header.expected is not None,
    )


def differences(expected: Expectation, result: Result, traces: tuple[Trace, ...]) -> tuple[str, ...]:
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
    if "use-after-free" in wanted and "unmapped-text" in found and found["use-after-free"].violated.module:
        wanted.add("unmapped-text")
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
