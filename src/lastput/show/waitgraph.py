"""Who waits for whom, as a small drawing in SVG: tasks and what they wait for, in a ring."""

from __future__ import annotations

__all__ = ["wait_graph"]

import math
from html import escape

import msgspec

from lastput.schema.trace import Trace, Wait

_WIDTH = 560
_BOX = (168, 48)  # of a node, in px


class _Node(msgspec.Struct, frozen=True):
    x: float
    y: float
    kind: str
    head: str
    foot: str


def wait_graph(trace: Trace) -> str:
    """An ``<svg>`` of the wait cycle; "" if the trace has none."""
    cycle = [wait for wait in trace.waits if wait.cycle]
    if not cycle:
        return ""
    height = 178 if len(cycle) == 1 else 300 if len(cycle) == 2 else 420
    nodes = _ring(trace, cycle, height)
    words = [word for wait in cycle for word in ("waits for", _by(trace, wait))]
    rows = [
        f'<svg class="waits" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="wait cycle">',
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto-start-reverse"><path d="M0 0 10 5 0 10z"/></marker></defs>',
    ]
    for number, node in enumerate(nodes):
        rows += _edge(node, nodes[(number + 1) % len(nodes)], words[number], len(nodes) == 2)
    for node in nodes:
        rows += _box(node)
    return "\n".join([*rows, "</svg>"])


def _by(trace: Trace, wait: Wait) -> str:
    """The edge from what is waited for to its holder, read backwards: ``runs`` becomes ``is run by``."""
    passive = {"runs": "run by", "holds": "held by", "works for": "worked on by"}
    return passive.get(wait.how, f"up to {trace.tasks[wait.holder].name}")


def _ring(trace: Trace, cycle: list[Wait], height: int) -> list[_Node]:
    nodes = []
    total = 2 * len(cycle)
    across, down = _WIDTH / 2 - _BOX[0] / 2 - 6, height / 2 - _BOX[1] / 2 - 6
    for number in range(total):
        wait = cycle[number // 2]
        angle = math.pi * (1 + 2 * number / total)
        x, y = _WIDTH / 2 + across * math.cos(angle), height / 2 + down * math.sin(angle)
        if number % 2 == 0:
            task = trace.tasks[wait.task]
            function = trace.frames[wait.frame].function if wait.frame >= 0 else ""
            nodes.append(_Node(x, y, "task", task.name, f"in {function}()" if function else ""))
        else:
            noun = wait.what.removesuffix(wait.object).strip().removeprefix("the ")
            nodes.append(_Node(x, y, "object", wait.object or wait.what, noun if wait.object else ""))
    return nodes


def _box(node: _Node) -> list[str]:
    left, top = node.x - _BOX[0] / 2, node.y - _BOX[1] / 2
    round_ = 4 if node.kind == "task" else 24
    line = node.y - 3 if node.foot else node.y + 5
    rows = [
        f'<rect class="{node.kind}" x="{left:.0f}" y="{top:.0f}" width="{_BOX[0]}" height="{_BOX[1]}" '
        f'rx="{round_}"/>',
        f'<text class="head" x="{node.x:.0f}" y="{line:.0f}">{escape(_cut(node.head))}</text>',
    ]
    if node.foot:
        rows.append(
            f'<text class="foot" x="{node.x:.0f}" y="{node.y + 14:.0f}">{escape(_cut(node.foot))}</text>'
        )
    return rows


def _cut(text: str) -> str:
    return text if len(text) <= 23 else text[:22] + "…"


def _edge(one: _Node, two: _Node, words: str, pair: bool) -> list[str]:
    """An arrow between the rims of two nodes; of a pair, both bend away from each other."""
    half = _BOX[1] / 2
    if pair:
        up = -1 if one.x < two.x else 1
        y = one.y + up * half
        bend = y + up * 46
        mid, label = (one.x + two.x) / 2, y + up * 34 + (-7 if up < 0 else 17)
        path = f"M{one.x:.0f} {y:.0f} C{one.x:.0f} {bend:.0f} {two.x:.0f} {bend:.0f} {two.x:.0f} {y:.0f}"
        return [_path(path), _label(mid, label, words)]
    start, end = _rim(one, two), _rim(two, one)
    path = f"M{start[0]:.0f} {start[1]:.0f} L{end[0]:.0f} {end[1]:.0f}"
    return [_path(path), _label((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 - 6, words)]


def _rim(node: _Node, other: _Node) -> tuple[float, float]:
    """Where the line to ``other`` leaves the box of ``node``."""
    dx, dy = other.x - node.x, other.y - node.y
    scale = min(_BOX[0] / 2 / abs(dx) if dx else math.inf, _BOX[1] / 2 / abs(dy) if dy else math.inf)
    return node.x + dx * scale, node.y + dy * scale


def _path(path: str) -> str:
    return f'<path class="edge" d="{path}" marker-end="url(#tip)"/>'


def _label(x: float, y: float, words: str) -> str:
    return f'<text class="edge" x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'
