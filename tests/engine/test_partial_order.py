"""Following one thread alone loses no error, no step that runs or waits, and no shortest way."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from lastput.engine.blocks import MergedGraph
from lastput.engine.graph import FineGraph
from lastput.engine.interpret import State
from lastput.engine.partial_order import PartialOrder, applies
from lastput.engine.program import ErrorClass, Kind, Op, Program
from lastput.engine.search import check, reduced_graph
from lastput.engine.verdict import Options, Verdict
from lastput.engine.walk import Walk
from lastput.engine.walk_fast import FastWalk, first_look
from tests.engine import programs
from tests.engine.build import END, Build, Step
from tests.engine.random_programs import programs as random_programs
from tests.engine.random_programs import random_program

#: Programs with more states are passed over.
LIMIT = 1_000


def merged(program: Program, symmetry: bool = True) -> MergedGraph:
    graph = reduced_graph(program, Options(symmetry=symmetry))
    assert isinstance(graph, MergedGraph)
    assert applies(graph)
    return graph


def compare(program: Program) -> None:
    """Against all states for what can go wrong and what runs; against merging for what waits."""
    whole = Walk(FineGraph(program))
    if whole.run(LIMIT):
        return
    for symmetry in (False, True):
        full = Walk(merged(program, symmetry))
        full.run()
        for order in ("bfs", "dfs"):
            graph = merged(program, symmetry)
            walk = Walk(graph, order, PartialOrder(graph))
            walk.run()
            assert set(walk.seen) == set(whole.seen)
            assert walk.executed == whole.executed
            assert walk.blocked == full.blocked
            assert walk.stored <= full.stored
            compare_engines(walk)


def compare_engines(slow: Walk) -> None:
    """The compiled search follows the same threads, once both know the same of futures."""
    assert slow.partial is not None
    order = "dfs" if slow.depth_first else "bfs"
    graph = merged(slow.graph.program, slow.graph.symmetry is not None)
    ranges = first_look(graph).ranges
    partial = PartialOrder(graph)
    partial.futures.restore(slow.partial.futures.dump())
    fast = FastWalk(graph, ranges, order, 0, partial)
    fast.restart()
    slow.restart()
    assert (fast.run(), slow.run()) == ("", "")
    for told in ("stored", "transitions", "failures", "depth", "seen", "executed", "blocked"):
        assert getattr(fast, told) == getattr(slow, told), told
    assert fast.snapshot(Options()).futures.tobytes() == slow.partial.futures.dump().tobytes()


@pytest.mark.parametrize("seed", range(12))
def test_seeds(seed: int) -> None:
    compare(random_program(seed))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(random_programs())
def test_random(program: Program) -> None:
    compare(program)


@pytest.mark.parametrize("engine", ["python", "compiled"])
@pytest.mark.parametrize("seed", range(6))
def test_findings_are_those_of_a_search_without_it(
    seed: int, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lastput.engine.walk_fast.SAMPLE", 2)
    options = msgspec.structs.replace(Options(), engine=engine, max_states=LIMIT)
    program = random_program(seed)
    with_, without = (
        check(program, msgspec.structs.replace(options, partial_order=wanted)) for wanted in (True, False)
    )
    if without.complete:
        assert (with_.verdict, with_.findings) == (without.verdict, without.findings)
        assert with_.executed == without.executed


def spinner() -> Program:
    """One thread goes round for ever, touching nothing of others; the other fails in the end."""
    b = Build("spinner")
    mine, other = b.global_("mine", hi=1, m=0), b.global_("other", hi=3, o=0)
    message = b.message("the other thread came to its end")
    spin = b.routine(
        Step("on", Kind.SYNC, (Op.CONST, 0, 1), (Op.STA, mine, 0), (Op.NEXT, "off")),
        Step("off", Kind.SYNC, (Op.CONST, 0, 0), (Op.STA, mine, 0), (Op.NEXT, "on")),
    )
    fail = b.routine(
        programs.store("one", other, 1, "two", Kind.SYNC),
        programs.store("two", other, 2, "fail", Kind.SYNC),
        Step("fail", Kind.SYNC, (Op.CONST, 0, -1), (Op.FAIL, ErrorClass.WARN, 0, message)),
    )
    b.thread("spin", spin)
    b.thread("fail", fail)
    return b.done()


@pytest.mark.parametrize("order", ["bfs", "dfs"])
def test_no_thread_is_put_off_for_ever(order: str) -> None:
    graph = merged(spinner())
    walk = Walk(graph, order, PartialOrder(graph))
    walk.run()
    assert set(walk.seen) == {ErrorClass.WARN}
    compare(spinner())


def late_meeting(met: bool = True) -> Program:
    """Two threads work on data of their own for a while; in the end the second reads the first's, if they
    have ``met``."""
    b = Build("late-meeting")
    one, two = b.global_("one", hi=3, x=0), b.global_("two", hi=3, y=0)
    message = b.message("it has seen 1")
    writer = b.routine(
        *(programs.store(f"w{k}", one, k, f"w{k + 1}" if k < 3 else END, Kind.SYNC) for k in range(4))
    )
    reader = b.routine(
        *(programs.store(f"r{k}", two, k, f"r{k + 1}", Kind.SYNC) for k in range(3)),
        Step(
            "r3",
            Kind.SYNC,
            (Op.LDA, 0, one if met else two),
            (Op.JNEI, 0, 1, "fine"),
            (Op.CONST, 1, -1),
            (Op.FAIL, ErrorClass.WARN, 1, message),
            "fine:",
            (Op.NEXT, END),
        ),
    )
    b.thread("writer", writer)
    b.thread("reader", reader)
    return b.done()


def brief_moment(spawned: bool = False) -> Program:
    """A flag is set and cleared. The other thread waits for it, and then fails; or it spawns one that fails
    if it is set."""
    b = Build("brief-moment")
    flag = b.global_("flag", f=0)
    message = b.message("it came by in time")
    setter = b.routine(
        programs.store("set", flag, 1, "clear", Kind.SYNC), programs.store("clear", flag, 0, END, Kind.SYNC)
    )
    look: tuple[tuple[int | str, ...] | str, ...] = (
        ((Op.LDA, 0, flag), (Op.JNZ, 0, "fail"), (Op.NEXT, END), "fail:")
        if spawned
        else ((Op.LDA, 0, flag), (Op.WAIT, 0))
    )
    failure = ((Op.CONST, 1, -1), (Op.FAIL, ErrorClass.WARN, 1, message))
    looker = b.routine(Step("look", Kind.SYNC, *look, *failure, waits="the flag"))
    b.thread("setter", setter)
    if spawned:
        spawn = Step("spawn", Kind.SYNC, (Op.CONST, 0, 0), (Op.SPAWN, 1, looker, 0), (Op.NEXT, END))
        b.thread("parent", b.routine(spawn))
    b.thread("looker", looker, spawned=spawned)
    return b.done()


@pytest.mark.parametrize("spawned", [False, True])
def test_looks_of_those_who_wait_or_are_not_born_count(spawned: bool) -> None:
    graph = merged(brief_moment(spawned))
    walk = Walk(graph, "bfs", PartialOrder(graph))
    walk.run()
    assert ErrorClass.WARN in walk.seen
    compare(brief_moment(spawned))


def test_threads_that_never_meet_go_one_after_the_other() -> None:
    with_, without = (
        check(late_meeting(met=False), Options(engine="python", partial_order=wanted))
        for wanted in (True, False)
    )
    assert with_.verdict is without.verdict is Verdict.SAFE
    assert (with_.stored, without.stored) == (1 + 4 + 4, 5 * 5)


def test_what_is_learned_too_late_begins_the_search_again() -> None:
    graph = merged(late_meeting())
    partial = PartialOrder(graph)
    walk = Walk(graph, "bfs", partial)

    def alone(state: State) -> int:
        edges, _ = partial.edges(state, lambda _: True)
        return len({edge.thread for edge in edges})

    assert alone(walk.first) == 1  # nothing is known of the reader yet
    walk.run()
    assert set(walk.seen) == {ErrorClass.WARN}
    # The writer meets the reader in the end, the reader's first steps meet nobody.
    edges, _ = partial.edges(walk.first, lambda _: True)
    assert {graph.program.threads[edge.thread].name for edge in edges} == {"reader"}
    compare(late_meeting())


@pytest.mark.parametrize("engine", ["python", "compiled"])
def test_a_search_that_is_stopped_keeps_what_was_found(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is met soon when the threads go one after the other; without, 12 states are too few."""
    monkeypatch.setattr("lastput.engine.walk_fast.SAMPLE", 2)
    options = msgspec.structs.replace(Options(), engine=engine, max_states=12)
    result = check(late_meeting(), options)
    assert (result.verdict, result.complete) == (Verdict.UNSAFE, False)
    assert "a shorter trace may exist" in result.findings[0].note
