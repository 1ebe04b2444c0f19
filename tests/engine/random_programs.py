"""Small random programs that use every feature of the IR: what the reductions are tested on.

``programs()`` is a hypothesis strategy, ``random_program(seed)`` gives the same programs from a
number. All are valid (no trap, no pool overflow, bounded loops) and symmetric as the IR demands: no
arithmetic on addresses but offsets, no comparison of them but for equality, loops over instances
that do not depend on their order. About a third are written with care (references are counted, locks
nest, text is pinned) and are meant to be safe; the others drop care here and there.
``features`` names what a program contains, ``python -m tests.engine.random_programs`` counts it.
"""

from __future__ import annotations

__all__ = ["Below", "build", "features", "programs", "random_program"]

import sys
from collections import Counter

import msgspec
from hypothesis import strategies as st

from lastput.engine.program import Kind, Op, Program
from tests.engine.assembler import Assembler
from tests.engine.random_snippets import Below, Need, World, Writer
from tests.engine.small_search import TooLarge, explore

#: How many threads run each kind of code.
_SHAPES = ((2,), (1, 1), (3,), (2, 1), (1, 1, 1), (2,), (3,), (2, 2), (3, 1), (4,), (2, 1, 1))

#: How many locations (about) a code may have, by number of threads.
_BUDGET = {2: 10, 3: 5, 4: 3}


def _world(a: Assembler, below: Below, need: Need) -> World:
    careful = below(3) == 0
    themes = (below(7), below(7))
    locks = tuple(a.variable(f"lock{i}", pointer=True) for i in range(1 + below(2)))
    counts = tuple(a.variable(f"count{i}") for i in range(1 + below(2)))
    shared = a.variable("shared", pointer=True)
    head = a.variable("head", pointer=True)
    pad = below(3)
    spare = int(below(3) == 2)
    fields = (("refs", "val", "next*"), ("next*", "val", "refs"), ("val", "next*", "refs"))[below(3)]
    item = a.pool("item", fields, max(1, need.items + spare), pad=pad)
    waiter = a.variable("waiter", pointer=True)
    box = a.pool("box", ("item*", "node*"), max(1, need.boxes), leaks=below(4) != 3)
    hook = a.variable("hook", pointer=True)
    text = a.text("kvm")
    nodes = (*(base + item.offset("next") for base in item.bases), *(base + 1 for base in box.bases))
    return World(
        locks=locks,
        counts=counts,
        shared=shared,
        head=head,
        waiter=waiter,
        hook=hook,
        text=text,
        users=a.variable("users"),
        inside=a.variable("inside", text=text.index),
        item=item,
        box=box,
        items=a.instances("item", item.bases),
        nodes=a.instances("node", nodes),
        functions=(a.function("first"), a.function("second")),
        linked=below(2) * item.offset("next"),
        careful=careful,
        themes=themes,
    )


def _boot(a: Assembler, w: World, need: Need) -> None:
    """A thread that allocates an item and shares it before the first state."""
    need.items += 1
    b = a.code("boot", ("p*",))
    b.location("start", Kind.SYNC)
    p = b.alloc(w.item)
    b.st(p, w.item.offset("refs"), b.const(1))
    b.set("p", p)
    b.next("share")
    b.location("share", Kind.PLAIN)
    b.sta(w.shared, b.reg("p"))
    b.next("end")
    b.end()
    a.thread("boot", b, "start", boot=True)


def _write(below: Below, name: str, need: Need) -> Program:
    """One pass; ``need`` says how large the pools must be, and is filled with what was used."""
    pools = msgspec.structs.replace(need)
    need.items = need.boxes = need.children = 0
    shape = _SHAPES[below(len(_SHAPES))]
    a = Assembler(name, symmetric=below(12) != 11)
    w = _world(a, below, pools)
    booted = below(2 if {1, 3} & set(w.themes) else 4) == 1
    if booted:
        _boot(a, w, need)
    total = sum(shape)
    with_child = total < 4 and (6 in w.themes or below(4) == 3)
    child = a.code("child", ("parent*", "p*", "q*", "n", "i"))
    for index, count in enumerate(shape):
        body = a.code("abc"[index], ("p*", "q*", "n", "i"))
        writer = Writer(w, body, below, count, need)
        writer.child = child if with_child else None
        if booted:
            writer.debts.append(writer.retract)
        writer.write(2 + below(_BUDGET[total] - 1))
        group = index if below(6) != 5 else -1
        pad = below(2)
        for i in range(count):
            a.thread(f"{'abc'[index]}{i}", body, "start", group=group, pad=pad)
    if need.children:
        child.end("unstarted")
        writer = Writer(w, child, below, need.children, need)
        writer.step(Kind.SYNC, "parent->flag = 1")
        child.st(child.reg("parent"), 0, child.const(1))
        writer.done()
        writer.write(2 + below(2))
        for i in range(need.children):
            a.thread(f"child{i}", child, "unstarted", entry="start", group=9)
    return a.program()


def build(below: Below, name: str = "random") -> Program:
    """A program from choices; the choices are made once and used in two passes."""
    made: list[int] = []

    def record(n: int) -> int:
        made.append(below(n))
        return made[-1]

    need = Need()
    _write(record, name, need)
    again = iter(made)
    return _write(lambda n: next(again), name, need)


def random_program(seed: int) -> Program:
    """The program of a seed; the same on every machine and version of Python."""
    state = seed & (1 << 64) - 1

    def below(n: int) -> int:
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) & (1 << 64) - 1
        return (state >> 33) * n >> 31

    for _ in range(4):
        below(2)
    return build(below, f"random{seed}")


@st.composite
def programs(draw: st.DrawFn) -> Program:
    return build(lambda n: draw(st.integers(0, n - 1)))


def features(program: Program) -> frozenset[str]:
    """Names of what the program contains (statically)."""
    found = {Op(instruction[0]).name for instruction in program.code}
    found |= {f"kind:{location.kind.name}" for location in program.locations}
    found |= {f"threads:{sum(not t.boot for t in program.threads)}"}
    groups = Counter((t.code, t.group) for t in program.threads if t.group >= 0)
    if max(groups.values(), default=0) > 1:
        found.add("interchangeable threads")
    if any(len(pool.objects) > 1 for pool in program.pools):
        found.add("pool of several")
    if any(thread.boot for thread in program.threads):
        found.add("boot")
    if any(location.text >= 0 for location in program.locations):
        found.add("text")
    if any(program.owner[base.base - 1] == index for index, base in enumerate(program.objects)):
        found.add("padding")
    if not program.symmetric:
        found.add("not symmetric")
    return frozenset(found)


def _main(count: int, limit: int) -> None:
    static: Counter[str] = Counter()
    dynamic: Counter[str] = Counter()
    sizes = []
    for seed in range(count):
        program = random_program(seed)
        static.update(features(program))
        try:
            found = explore(program, limit=limit)
        except TooLarge:
            dynamic["(too large)"] += 1
            continue
        sizes.append(len(found.states))
        dynamic.update(error.slug for error in found.classes)
        dynamic["(safe)"] += not found.classes
    for name, number in sorted(static.items()) + sorted(dynamic.items()):
        print(f"{number:5} {name}")
    sizes.sort()
    print("states: median", sizes[len(sizes) // 2], "largest", sizes[-1])


if __name__ == "__main__":
    _main(*(int(argument) for argument in sys.argv[1:3]))
