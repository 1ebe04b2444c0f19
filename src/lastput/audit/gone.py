"""What a teardown ends of the objects that members and variables lead to: frees, puts, destroys."""

from __future__ import annotations

__all__ = ["Gone", "gone_in"]

import re
from functools import lru_cache

import msgspec

from lastput.audit.inside import Inside
from lastput.audit.sequence import Event
from lastput.c.raw.heads import split_arguments
from lastput.effects.key import Key
from lastput.effects.life.begun import PLACES
from lastput.effects.typing.keys import Typing
from lastput.facts.api import API, fill
from lastput.facts.base import CallFact, Facts
from lastput.facts.resolve import resolve

_FREES = {name: one.object for one in API.free for name in one.names}
#: Frees of memory for devices (include/linux/dma-mapping.h), which have the address among their arguments.
_FREES |= dict.fromkeys(("dma_free_coherent", "dma_free_attrs", "dma_free_wc"), "{2}")
_FREES |= {"dma_pool_destroy": "{0}", "iounmap": "{0}"}
_ENDS = re.compile(r"(?:^|_)(?:put|free|destroy|release|unbind|exit|fini|cleanup)(?:_|$)|free$")
_NOTHING = re.compile(
    r"^(?:mutex_destroy|pm_runtime_\w+|kref_\w+|smp_\w+|\w*irq\w*|\w+_on_stack|\w*_lock\w*|devm_\w+|drmm_\w+"
    r"|dma_\w+|debugfs_\w+|\w*region\w*|\w*unregister\w*)$"
)
_DEEP = 2


class Gone(msgspec.Struct, frozen=True):
    """The event number ``at`` ends the object that ``text`` names in the function of ``call``."""

    at: int
    key: Key
    text: str
    call: CallFact


def gone_in(facts: Facts, inside: Inside, events: list[Event]) -> list[Gone]:
    """What a teardown that was laid out ends. Parts of an object (``&foo->lock``) stay with the whole."""
    typing = facts.once(Typing)
    frees = lru_cache(maxsize=None)(lambda name, file: _positions(facts, inside, name, file, _DEEP))
    found = []
    for at, event in enumerate(events):
        call = event.call
        if call.receiver:
            continue
        home = facts.function(call.function).file
        for given in _given(facts, call, home, frees(call.name, home), bool(inside.resolve(call.name, home))):
            text = given.replace(" ", "")
            if text.startswith("&") or not re.fullmatch(r"\w+(?:(?:->|\.)\w+)*", text):
                continue
            key = typing.key(call.function, text)
            if not key.known or not (key.path or key.variable):
                continue
            if typing.record(call.function, text) not in PLACES:
                found.append(Gone(at, key, text, call))
    return found


def _given(facts: Facts, call: CallFact, home: int, positions: tuple[int, ...], own: bool) -> list[str]:
    """The arguments of a call that are gone after it; what a function of its ``own`` does is read there."""
    if call.name in _FREES:
        return [fill(_FREES[call.name], call.arguments)]
    if own:
        given = split_arguments(call.arguments)
        return [given[one] for one in positions if one < len(given)]
    if not _ENDS.search(call.name) or _NOTHING.match(call.name):
        return []
    defined = [facts.function(one).parameters for one in resolve(facts, call.name, home)[:1]]
    if any(len(parameters) != 1 or "*" not in parameters[0].type for parameters in defined):
        return []  # a number; or what a number, or the like, means to the object
    return [call.argument(0)]


def _positions(facts: Facts, inside: Inside, name: str, file: int, depth: int) -> tuple[int, ...]:
    """The parameters that a function of the unit frees, by itself or through one that it calls."""
    function = inside.resolve(name, file)
    if not function or not depth:
        return ()
    fact = facts.function(function)
    names = {one.name: at for at, one in enumerate(fact.parameters) if "*" in one.type}
    found: set[int] = set()
    for call in inside.calls(function):
        if call.name in _FREES:
            freed = [fill(_FREES[call.name], call.arguments).strip("() ")]
        else:
            given = split_arguments(call.arguments)
            deeper = _positions(facts, inside, call.name, fact.file, depth - 1)
            freed = [given[one] for one in deeper if one < len(given)]
        found |= {names[one] for one in freed if one in names}
    return tuple(sorted(found))
