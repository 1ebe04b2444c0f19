"""A block to paste into a reply: the diagram, the numbered causes, how it was found, how to see it again.

72 columns, plain ASCII, no line that a mail program would wrap but the commands.
"""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.trace import Trace
from lastput.show.paragraph import command, plain, room, wrap
from lastput.show.render import Options, commit


def render(trace: Trace, options: Options) -> str:
    """The block; ``options.width`` (at least 40) replaces the 72."""
    width = room(options.width)
    rows = [commit.render(trace, Options(width=width)).rstrip("\n"), ""]
    for number, cause in enumerate(trace.causes, 1):
        place = trace.cause_places[number - 1] if number <= len(trace.cause_places) else None
        where = f" ({place.file}:{place.line})" if place is not None and place.line else ""
        rows += wrap(f"{cause}{where}", width, f"({number}) ", "    ")
    rows += ["", *wrap(_found(trace), width)]
    for one in trace.assumptions:
        rows += wrap(f"assumed: {one}", width, "- ", "  ")
    words = ["lastput show", trace.file, *trace.options, "--schedule", trace.schedule]
    rows += ["", "To see it step by step:", "", *command(words, width)]
    return plain("\n".join(row.rstrip() for row in rows) + "\n")


def _found(trace: Trace) -> str:
    """How it was found, and how much that says."""
    done = trace.explored
    by = "Found with lastput, which runs all interleavings of a litmus test over a modelled kernel"
    if done is None:
        return f"{by}; this one has {len(trace.steps)} steps."
    size = f"{done.states:,} states, {'all' if done.complete else 'not all'} of them"
    least = ", and none is shorter" if done.shortest else ""
    return f"{by}: {size}. This one has {len(trace.steps)} steps{least}."
