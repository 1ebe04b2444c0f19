"""One page that stands alone: lanes, bands, state, source, waits, budget; steps by keyboard and mouse.

The page carries the trace itself (``<script id="trace">``, what ``--json`` prints), one style sheet and
one script, and loads nothing. Without scripts it shows the commit view.
"""

from __future__ import annotations

__all__ = ["render"]

import msgspec

from lastput.check.trace.kernelwords import INLINE, is_hidden
from lastput.schema.trace import Budget, Trace
from lastput.show.excerpt import Row, excerpt
from lastput.show.page import fill, part
from lastput.show.render import Options, commit
from lastput.show.scene import Scene, scene
from lastput.show.waitgraph import wait_graph


class _Excerpt(msgspec.Struct, frozen=True):
    """The source of a cause."""

    text: str
    place: str
    step: int
    rows: tuple[Row, ...]


class _Ledger(msgspec.Struct, frozen=True):
    """All that happened to one count."""

    object: str
    field: str
    main: bool
    entries: tuple[Budget, ...]


def render(trace: Trace, options: Options) -> str:
    """The page; the options make no difference."""
    from markupsafe import Markup

    picture = scene(trace)
    return fill(
        "page.html.j2",
        trace=trace,
        scene=picture,
        hues=_hues(trace),
        causes=_excerpts(trace, picture),
        ledgers=_ledgers(trace),
        columns=len(picture.lanes) + len(picture.bands),
        graph=Markup(wait_graph(trace)),
        ascii=commit.render(trace, Options()),
        style=part("page.css"),
        script=part("page.js"),
        data=Markup(_in_script(msgspec.json.encode(trace))),
        view=Markup(_in_script(msgspec.json.encode(_view(trace, picture)))),
        replay=" ".join(["lastput show", trace.file, *trace.options, "--schedule", trace.schedule]),
    )


def _in_script(data: bytes) -> str:
    """JSON that no HTML parser takes for markup."""
    return data.decode().replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _hues(trace: Trace) -> dict[str, int]:
    """A colour number for each module; 0 is vmlinux."""
    names = [frame.module for frame in trace.frames if frame.module]
    names += [thing.id for thing in trace.objects if thing.kind == "module"]
    return {"": 0, **{name: number % 6 + 1 for number, name in enumerate(sorted(set(names)))}}


def _view(trace: Trace, picture: Scene) -> dict[str, object]:
    """What the script wants to know beyond the trace."""
    quiet = [
        index
        for index, frame in enumerate(trace.frames)
        if is_hidden(frame.function) or frame.function in INLINE
    ]
    return {
        "end": picture.end,
        "bands": picture.bands,
        "quiet": quiet,
        "hues": _hues(trace),
        "causes": [excerpt.step for excerpt in _excerpts(trace, picture)],
    }


def _excerpts(trace: Trace, picture: Scene) -> tuple[_Excerpt, ...]:
    steps = {step.cause: step.n for step in trace.steps if step.cause}
    found = []
    for number, text in enumerate(trace.causes, 1):
        place = trace.cause_places[number - 1] if number <= len(trace.cause_places) else None
        rows = excerpt(trace.sources, place.file, place.line) if place is not None else ()
        where = f"{place.file}:{place.line}" if place and place.line else ""
        found.append(_Excerpt(text, where, steps.get(number, picture.end), rows))
    return tuple(found)


def _ledgers(trace: Trace) -> tuple[_Ledger, ...]:
    """The budget of each count, those of the error first."""
    entries = [(one, True) for one in trace.budget] + [(one, False) for one in trace.counts]
    keys = dict.fromkeys((one.object, one.field) for one, _ in entries)
    return tuple(
        _Ledger(
            name,
            field,
            any(main for one, main in entries if (one.object, one.field) == (name, field)),
            tuple(one for one, _ in entries if (one.object, one.field) == (name, field)),
        )
        for name, field in keys
    )
