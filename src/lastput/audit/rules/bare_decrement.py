"""A reference is given back by a bare decrement, which frees nothing if it is the last.

What it finds
    A function takes a counted reference (``foo = foo_lookup(id)``) and gives it back with ``atomic_dec()`` or
    ``refcount_dec()`` on the counter itself, while the struct has a put that frees the object when the count
    comes to zero.

Why it breaks
    Meanwhile the other holders may have put theirs: then this one is the last, the count comes to zero, and
    nobody frees the object or takes it off its list. refcount_dec() warns of that at run time.

Example
    ci = foo_lookup(id);
    if (ci) {
            ret = ci->status;
            atomic_dec(&ci->count);     /* foo_put() would free it */
    }

Instead
    Call the put.

How lastput knows
    Which calls give a reference, and which put it, is inferred from bodies. The counter is known by the type
    of its struct and its path; the same function takes the reference. A put counts if it ends in a test for
    zero.

Known limits
    A counter that is lowered in another function than the one that took the reference is left out.

History
    Reported on Linux 6.12.117: 1 place with default confidence.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator

from lastput.effects.key import Key
from lastput.effects.own.counts import Counts
from lastput.effects.own.producers import Producers
from lastput.effects.typing.keys import Typing
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF016"
NAME = "bare-decrement"

_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")
_BARE = ("atomic_dec", "refcount_dec", "atomic_long_dec")
_CALLS = (
    "SELECT c.function, c.arguments, c.line, n.name FROM names n CROSS JOIN call_row c ON c.name = n.id"
    " WHERE n.name IN (?, ?, ?) AND c.receiver = '' AND c.use = 'ignored' ORDER BY c.function, c.seq"
)
_COUNTER = re.compile(r"^&\s*(\w+)->([\w.]+)$")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each decrement."""
    counts, typing = facts.once(Counts), facts.once(Typing)
    for function, arguments, line, name in facts.sql(_CALLS, *_BARE):
        found = _COUNTER.match(arguments.strip())
        fact = facts.function(function)
        if found is None or fact.path.startswith(_PROGRAMS):
            continue
        key = typing.key(function, arguments)
        puts = counts.putting(key.record, key.path, fact.file) if key.record and key.path else ()
        if not puts or fact.name in puts:
            continue
        taken = _taken(facts, function, found[1], puts, line)
        if taken is not None:
            yield _finding(facts, function, line, name, arguments, key, puts[0], taken)


def _taken(facts: Facts, function: int, variable: str, puts: tuple[str, ...], line: int) -> CallFact | None:
    """The last call before ``line`` that gives the variable a reference, if nothing but the decrement can
    be meant to give it back."""
    producers, file = facts.once(Producers), facts.function(function).file
    text = facts.once(Bodies).text(function)
    if re.search(rf"\b(?:atomic_inc|refcount_inc)\w*\s*\(\s*&\s*{variable}->", text):
        return None
    taken = None
    for call in facts.calls_in(function):
        if call.line < line and call.result == variable:
            producer = producers.of(call.name, file)
            taken = call if producer is not None and set(producer.puts) & set(puts) else None
    return taken


def _finding(
    facts: Facts, function: int, line: int, name: str, arguments: str, key: Key, put: str, taken: CallFact
) -> Finding:
    fact = facts.function(function)
    variable = taken.result

    def at(number: int) -> Where:
        return Where(fact.path, number, function=fact.name)

    (count,) = facts.once(Counts).by_name[put][:1]
    home = facts.function(count.function) if count.function else None
    where = Where(home.path, home.line, function=home.name) if home is not None else None
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{name}({arguments}) drops a reference that only {put}() would free as the last",
        where=at(line),
        kind="count",
        site=name,
        object=arguments.lstrip("& "),
        statement=f"{name}({arguments});",
        causes=(
            Cause(at(taken.line), f"{taken.name}() takes a reference for {variable}"),
            Cause(at(line), f"{name}() lowers {key} and does not look whether it was the last"),
        ),
        evidence=(Evidence("pairing", f"{put}() tests for zero, and frees", where=where),),
        chain=(Link(fact.name, at(line)),),
        remedy=f"call {put}({variable})",
        claim=Claim(
            "leak",
            f"struct {key.record}",
            (
                Site("get", fact.path, taken.line, fact.name, f"struct {key.record}", variable, taken.name),
                Site("put", fact.path, line, fact.name, str(key), arguments, name),
            ),
            missing=f"{put}({variable})",
            before=1,
        ),
    )
