"""States far from the first one, found by running threads at random.

A breadth-first beginning shows only what happens early; the ranges of values that a packed state needs
are learnt from whole runs. Every other run keeps to one order of threads, each until it blocks, so that
the one who comes last (rmmod) finds everything done. The runs are the same each time.
"""

from __future__ import annotations

__all__ = ["walks"]

import random

from lastput.engine.interpret import State, Status, boot, step
from lastput.engine.program import Program

#: A run goes on with the same thread this often, so that it reaches the end of something.
STICKY = 0.75
#: So many runs in a row without a new value of any slot are enough.
QUIET = 40
MOST_RUNS = 400
MOST_STEPS = 400


def walks(program: Program) -> list[State]:
    """States of random runs that have, between them, the values that slots were seen to take."""
    rng = random.Random(1)
    threads = [i for i, t in enumerate(program.threads) if not t.boot]
    kept: list[State] = []
    seen: set[tuple[int, int]] = set()
    quiet = 0
    for run in range(MOST_RUNS):
        fresh = False
        priority = rng.sample(threads, len(threads))
        state = boot(program)
        last = rng.choice(threads)
        for _ in range(MOST_STEPS):
            order = priority
            if run % 2:
                order = rng.sample(threads, len(threads))
                if rng.random() < STICKY:
                    order.insert(0, last)
            after = None
            for thread in order:
                after = _follow(program, state, thread, rng)
                if after is not None:
                    last = thread
                    break
            if after is None:
                break
            state = after
            values = {(slot.group, value) for slot, value in zip(program.slots, state, strict=True)} - seen
            if values:
                seen |= values
                kept.append(state)
                fresh = True
        quiet = 0 if fresh else quiet + 1
        if quiet >= QUIET:
            break
    return kept


def _follow(program: Program, state: State, thread: int, rng: random.Random) -> State | None:
    """The state after one step of ``thread``, by any of its choices; None if it has no such step."""
    outcome = step(program, state, thread, 0)
    if outcome.status == Status.OK and outcome.choices > 1:
        outcome = step(program, state, thread, rng.randrange(outcome.choices))
    return outcome.state if outcome.status == Status.OK else None
