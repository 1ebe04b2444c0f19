"""Which locks are surely held at each node of a flow graph."""

from __future__ import annotations

__all__ = ["Held", "locks_held"]

import msgspec

from lastput.c.flow.graph import Call, Edge, Graph, Node
from lastput.c.flow.paths import forward
from lastput.facts.api import API, Lock


class Held(msgspec.Struct, frozen=True, order=True):
    """A lock: ``kind`` of api.toml, ``object`` as written in the call without ``&``, and the line."""

    kind: str
    object: str
    line: int


_LOCK: dict[str, Lock] = {name: one for one in API.lock for name in one.lock}
_TRY: dict[str, Lock] = {name: one for one in API.lock for name in one.try_lock}
_UNLOCK: dict[str, Lock] = {name: one for one in API.lock for name in one.unlock}
#: What guard(kind)() takes (include/linux/cleanup.h and the DEFINE_GUARD lines of the lock headers).
_GUARD = {
    "mutex": "mutex", "rwsem_read": "rwsem", "rwsem_write": "rwsem", "spinlock": "spinlock",
    "spinlock_irq": "spinlock", "spinlock_irqsave": "spinlock", "raw_spinlock": "spinlock",
    "raw_spinlock_irq": "spinlock", "raw_spinlock_irqsave": "spinlock", "rcu": "rcu", "srcu": "srcu",
    "device": "device", "read_lock": "rwlock", "write_lock": "rwlock",
}  # fmt: skip


def locks_held(graph: Graph) -> dict[int, frozenset[Held]]:
    """Locks held before each reachable node on every way to it.

    Knows the calls of api.toml, ``guard`` and ``scoped_guard``; a lock taken by a function that this one
    calls is not seen. A trylock holds on the branch on which it succeeded.
    """
    return forward(graph, frozenset(), _after, lambda one, two: one & two)


def _after(node: Node, state: frozenset[Held], edge: Edge) -> frozenset[Held]:
    for call in node.calls:
        if call.name in _UNLOCK:
            state = _drop(state, _UNLOCK[call.name].kind, _object(_UNLOCK[call.name], call))
        elif call.name in _LOCK:
            state |= {Held(_LOCK[call.name].kind, _object(_LOCK[call.name], call), call.line)}
        elif call.name in _TRY and _succeeded(node, call, edge):
            state |= {Held(_TRY[call.name].kind, _object(_TRY[call.name], call), call.line)}
        elif call.name.startswith("guard(") or call.name in ("scoped_guard", "scoped_cond_guard"):
            inner = call.name == "scoped_guard"
            name = call.arguments[0] if inner and call.arguments else call.name[6:-1]
            given = call.arguments[1:] if inner else call.arguments
            kind = _GUARD.get(name, name)
            state |= {Held(kind, _plain(given[0]) if given else kind, call.line)}
        elif call.name.startswith("guard_end("):
            kind = _GUARD.get(call.name[10:-1], call.name[10:-1])
            state = _drop(state, kind, _plain(call.arguments[0]) if call.arguments else kind)
    return state


def _drop(state: frozenset[Held], kind: str, thing: str) -> frozenset[Held]:
    return frozenset(one for one in state if (one.kind, one.object) != (kind, thing))


def _object(lock: Lock, call: Call) -> str:
    if lock.object != "{0}":
        return lock.object
    return _plain(call.arguments[0]) if call.arguments else lock.kind


def _plain(text: str) -> str:
    return text.lstrip("& ").strip("() ") if text.startswith("&") else text.strip()


def _succeeded(node: Node, call: Call, edge: Edge) -> bool:
    """Whether ``edge`` leaves a condition on the side on which the trylock holds.

    Those with "trylock" give non-zero when they hold; the interruptible ones give 0.
    """
    if edge.label not in ("true", "false"):
        return False
    positive = "trylock" in call.name
    negated = node.text.lstrip("( ").startswith("!")
    return (edge.label == "true") == (positive != negated)
