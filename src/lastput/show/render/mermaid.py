"""A mermaid sequence diagram, for places that draw them from Markdown (GitHub, GitLab, Gitea).

Participants are the tasks and the objects with a band; a message from a task to an object is what the
task does to it. https://mermaid.js.org/syntax/sequenceDiagram.html
"""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.trace import Trace
from lastput.show.render import Options
from lastput.show.scene import Row, Scene, scene

_ENTITIES = {"#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;", "→": "to"}


def render(trace: Trace, options: Options) -> str:
    """The diagram, without a code fence; the options make no difference."""
    picture = scene(trace)
    rows = ["sequenceDiagram", f"    title {_text(trace.headline)}"]
    rows += [f"    participant t{lane.task} as {_text(lane.title)}" for lane in picture.lanes]
    rows += [f"    participant o{number} as {_text(name)}" for number, name in enumerate(picture.bands)]
    for row in picture.rows:
        if not row.minor:
            rows += [f"    {line}" for line in _lines(row, picture)]
    return "\n".join(rows) + "\n"


def _lines(row: Row, picture: Scene) -> list[str]:
    own = next(cell for lane, cell in zip(picture.lanes, row.cells, strict=True) if lane.task == row.task)
    cause = f"({row.cause}) " if row.cause else ""
    step = f"{row.label}. " if row.label else ""
    text = f"{step}{cause}{own.text}"
    task = f"t{row.task}"
    if row.kind in ("mark", "end"):
        lines = [f"Note over {task}: {_text(text)}"]
        return [*lines, *(f"{task}-x o{hit}: {_text(own.text)}" for hit in row.hits if row.kind == "mark")]
    arrow = (
        "-x" if any(row.lives[hit].state == "gone" and not row.lives[hit].told for hit in row.hits) else "->>"
    )
    if not row.hits:
        return [f"{task}->>{task}: {_text(text)}"]
    told = [(hit, row.lives[hit].told) for hit in row.hits]
    return [f"{task}{arrow}o{hit}: {_text(f'{text} [{words}]' if words else text)}" for hit, words in told]


def _text(text: str) -> str:
    """Text without the characters that end a statement or begin an entity."""
    return "".join(_ENTITIES.get(letter, letter) for letter in text)
