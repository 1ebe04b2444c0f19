"""A block to paste into a reply: the diagram, the numbered causes, how it was found, how to see it again.

72 columns, plain ASCII, no line that a mail program would wrap but the commands.
"""

from __future__ import annotations

__all__ = ["render"]

import textwrap

from lastput.schema.trace import Trace
from lastput.show.render import Options, commit

WIDTH = 72


def render(trace: Trace, options: Options) -> str:
    """The block; ``options.width`` (at least 40) replaces the 72."""
    width = max(options.width, 40) if options.width else WIDTH
    rows = [commit.render(trace, Options(width=width)).rstrip("\n"), ""]
    for number, cause in enumerate(trace.causes, 1):
        place = trace.cause_places[number - 1] if number <= len(trace.cause_places) else None
        where = f" ({place.file}:{place.line})" if place is not None and place.line else ""
        rows += _wrap(f"{cause}{where}", width, f"({number}) ", "    ")
    rows += ["", *_wrap(_found(trace), width)]
    for one in trace.assumptions:
        rows += _wrap(f"assumed: {one}", width, "- ", "  ")
    words = ["lastput show", trace.file, *trace.options, "--schedule", trace.schedule]
    rows += ["", "To see it step by step:", "", *_command(words, width)]
    text = "\n".join(row.rstrip() for row in rows) + "\n"
    return text.encode("ascii", "replace").decode()


def _found(trace: Trace) -> str:
    """How it was found, and how much that says."""
    done = trace.explored
    by = "Found with lastput, which runs all interleavings of a litmus test over a modelled kernel"
    if done is None:
        return f"{by}; this one has {len(trace.steps)} steps."
    size = f"{done.states:,} states, {'all' if done.complete else 'not all'} of them"
    least = ", and none is shorter" if done.shortest else ""
    return f"{by}: {size}. This one has {len(trace.steps)} steps{least}."


def _wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _command(words: list[str], width: int) -> list[str]:
    """A command for a shell, continued with backslashes where it is too long."""
    rows = ["  " + words[0]]
    for word in words[1:]:
        if len(rows[-1]) + 1 + len(word) + 2 > width:
            rows[-1] += " \\"
            rows.append(f"    {word}")
        else:
            rows[-1] += f" {word}"
    return rows
