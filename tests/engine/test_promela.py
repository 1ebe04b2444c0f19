"""The Promela export against SPIN: the same states, the same classes of errors."""

from __future__ import annotations

import random

import msgspec
import pytest

from lastput.engine.interpret import boot
from lastput.engine.program import FUNCTION_BASE, ErrorClass, Kind, Op, Program
from lastput.engine.promela import to_promela
from lastput.engine.promela_layout import coding, encode
from lastput.engine.search import check
from lastput.engine.spin import have_spin, run_spin
from lastput.engine.verdict import Options, Result
from lastput.errors import LastputError
from tests.engine import programs
from tests.engine.assembler import Assembler, Body
from tests.engine.random_programs import random_program

WHOLE = Options(merge=False, symmetry=False)
FAST_BUILD = ("-O0", "-DSAFETY", "-DNOREDUCE")
needs_spin = pytest.mark.needs_spin
skip_without_spin = pytest.mark.skipif(not have_spin(), reason="spin or gcc is not installed")

#: Between them they have every op that random programs use, and six classes of errors.
SEEDS = (4, 8, 9, 12, 22, 24, 28, 39, 43, 46, 52, 54, 56)

HAND_WRITTEN = {
    "counter": programs.counter(locked=False),
    "abba": programs.abba(),
    "uaf": programs.use_after_free(),
    "unmapped": programs.unmapped(),
    "chooser": programs.chooser(),
    "picker": programs.picker(),
    "spawner": programs.spawner(),
}


def classes(result: Result) -> tuple[str, ...]:
    return tuple(sorted({finding.error.slug for finding in result.findings}))


def agree(program: Program) -> Result:
    result = check(program, WHOLE)
    model = to_promela(program, boot(program), result.ranges)
    spin = run_spin(model, flags=FAST_BUILD, hash_bits=16)
    assert spin.complete
    assert spin.errors == 0
    assert spin.states_stored == result.stored
    assert tuple(sorted(spin.findings)) == classes(result)
    if result.failures == 0:
        # pan counts the way into the first state.
        assert spin.transitions == result.transitions + 1
    return result


@needs_spin
@skip_without_spin
@pytest.mark.parametrize("seed", SEEDS)
def test_random_programs(seed: int) -> None:
    program = random_program(seed)
    if any(high >= 1 << 31 or low < -(1 << 31) for low, high in check(program, WHOLE).ranges):
        with pytest.raises(LastputError, match="has values from") as caught:
            agree(program)
        assert caught.value.slug == "promela-size"
    else:
        agree(program)


@needs_spin
@skip_without_spin
@pytest.mark.parametrize("name", sorted(HAND_WRITTEN))
def test_hand_written_programs(name: str) -> None:
    agree(HAND_WRITTEN[name])


def _chain(body: Body, results: list[int], total: int) -> None:
    """Ends a step that puts every result into a global, mixed."""
    mixed = body.const(0)
    for result in results:
        mixed = body.binary(Op.ADD, body.binary(Op.MUL, mixed, body.const(3)), result)
        mixed = body.binary(Op.MOD, mixed, body.const(30_011))
    body.sta(total, mixed)


def arithmetic() -> Program:
    """Every operator on negative and large numbers, function addresses and error codes."""
    a = Assembler("arithmetic")
    total = a.variable("total")
    hook = a.variable("hook")
    spare = a.variable("spare")
    first, second = a.function("first"), a.function("second")
    b = a.code("sum", ("n", "error"))
    b.location("start", Kind.SYNC)
    x = b.addi(b.choose(7), -3)
    b.set("n", x)
    b.set("error", b.binary(Op.MUL, x, b.const(400)))
    b.next("work")
    b.location("work", Kind.SYNC)
    x = b.reg("n")
    seven = b.const(7)
    ops = (Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MOD, Op.AND, Op.OR, Op.XOR, Op.EQ, Op.NE, Op.LT, Op.LE)
    results = [b.binary(op, x, seven) for op in ops] + [b.binary(op, seven, x) for op in ops]
    results += [b._value(op, x) for op in (Op.NEG, Op.INV, Op.NOT)]
    results += [b._value(op, x, 2) for op in (Op.LTI, Op.LEI, Op.EQI, Op.NEI, Op.ANDI)]
    five = b.const(5)
    results += [b.binary(Op.SHL, x, five), b.binary(Op.SHR, x, b.const(1)), b.binary(Op.SHR, x, x)]
    _chain(b, results, total)
    b.next("hook")
    b.location("hook", Kind.SYNC)
    # Values that no state holds need not fit.
    b.sta(spare, b.const(1_000_000))
    b.sta(spare, b.binary(Op.SUB, b.lda(spare), b.const(1_000_000)))
    b.sta(hook, b.const(first))
    b.jump(Op.JNZ, "second", b.binary(Op.LT, b.reg("n"), b.const(0)))
    b.next("end")
    b.mark("second")
    b.sta(hook, b.const(second))
    b.next("spoil")
    b.location("spoil", Kind.SYNC)
    b.sta(hook, b.reg("error"))
    b.jump(Op.JNZ, "fine", b.eqi(b.reg("n"), -1))
    b.fail(ErrorClass.LOCK_MISUSE, "not -1")
    b.mark("fine")
    b.warn(ErrorClass.REFCOUNT_UNDERFLOW, "minus one")
    b.next("end")
    b.end()
    a.thread("sum", b, "start")
    return a.program()


@needs_spin
@skip_without_spin
def test_arithmetic() -> None:
    result = agree(arithmetic())
    assert classes(result) == ("lock-misuse", "refcount-underflow", "warn")


def families() -> Program:
    """Threads of one code of which some run from the start, some are spawned: by boot, and later."""
    a = Assembler("families")
    total = a.variable("total")
    child = a.code("child", ("n", "rounds"))
    child.end("unstarted")
    child.location("start", Kind.SYNC)
    child.sta(total, child.binary(Op.ADD, child.lda(total), child.reg("n")))
    child.set("rounds", child.addi(child.reg("rounds"), 1))
    child.jump(Op.JNZ, "again", child._value(Op.LTI, child.reg("rounds"), 2))
    child.next("end")
    child.mark("again")
    child.next("start")
    child.end()
    for parent, argument in (("boot", 1), ("late", 2)):
        b = a.code(parent, ())
        b.location("start", Kind.SYNC)
        b.spawn(child, b.const(argument))
        b.next("end")
        b.end()
        a.thread(parent, b, "start", boot=parent == "boot")
    a.thread("child0", child, "unstarted", entry="start")
    a.thread("child1", child, "unstarted", entry="start")
    a.thread("child2", child, "start")
    return a.program()


@needs_spin
@skip_without_spin
def test_families() -> None:
    program = families()
    assert agree(program).stored > 20
    assert to_promela(program, boot(program), check(program, WHOLE).ranges).count("active [") == 4


@needs_spin
@skip_without_spin
def test_plain_model_is_what_a_spin_user_writes() -> None:
    for program in (random_program(38), programs.counter()):
        result = check(program, WHOLE)
        model = to_promela(program, boot(program), result.ranges, monitors=False)
        spin = run_spin(model, flags=("-O0", "-DSAFETY"), pan=(), hash_bits=16)
        assert (spin.errors, spin.states_stored) == (0, result.stored)
    for name in ("uaf", "unmapped", "abba"):
        program = HAND_WRITTEN[name]
        model = to_promela(program, boot(program), check(program, WHOLE).ranges, monitors=False)
        assert run_spin(model, flags=("-O0", "-DSAFETY"), pan=(), hash_bits=16).errors == 1


@needs_spin
@skip_without_spin
def test_depth_grows_until_it_suffices() -> None:
    program = programs.counter()
    result = check(program, WHOLE)
    model = to_promela(program, boot(program), result.ranges)
    spin = run_spin(model, flags=FAST_BUILD, hash_bits=16, depth=4)
    assert spin.complete
    assert spin.states_stored == result.stored


@needs_spin
@skip_without_spin
def test_ranges_that_do_not_hold_are_told() -> None:
    program = programs.counter(threads=3)
    group = next(slot.group for slot in program.slots if slot.name.startswith("x"))
    ranges = list(check(program, WHOLE).ranges)
    ranges[group] = (0, 1)
    with pytest.raises(LastputError, match="outside the range") as caught:
        run_spin(to_promela(program, boot(program), tuple(ranges)), flags=FAST_BUILD, hash_bits=16)
    assert caught.value.slug == "spin-trap"


@needs_spin
@skip_without_spin
def test_unreached_locations_may_be_left_out() -> None:
    program = HAND_WRITTEN["uaf"]
    result = check(program, WHOLE)
    run = zip(result.executed, result.blocked, strict=True)
    reached = {number for number, met in enumerate(run) if any(met)}
    for locations in (reached, reached - {max(reached)}):
        model = to_promela(program, boot(program), result.ranges, locations=locations)
        if locations == reached:
            assert run_spin(model, flags=FAST_BUILD, hash_bits=16).states_stored == result.stored
        else:
            with pytest.raises(LastputError, match="left out"):
                run_spin(model, flags=FAST_BUILD, hash_bits=16)


@needs_spin
@skip_without_spin
def test_a_model_that_is_none() -> None:
    with pytest.raises(LastputError) as caught:
        run_spin("active proctype p() { nonsense }", timeout=60)
    assert caught.value.slug == "spin-failed"


def test_without_spin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LastputError) as caught:
        run_spin("")
    assert caught.value.slug == "no-spin"
    assert "apt-get install spin" in caught.value.remedy


def test_same_input_same_bytes() -> None:
    for seed in (4, 31):
        program = random_program(seed)
        first = to_promela(program, boot(program), program.ranges)
        again = to_promela(msgspec.structs.replace(program), boot(program), program.ranges)
        assert first == again


def test_too_wide_numbers_are_refused() -> None:
    program = programs.counter()
    ranges = tuple((low, 1 << 40) for low, _ in program.ranges)
    with pytest.raises(LastputError) as caught:
        to_promela(program, boot(program), ranges)
    assert caught.value.slug == "promela-size"


def test_codings_keep_values_apart() -> None:
    rng = random.Random(7)
    for _ in range(300):
        low = rng.choice((0, 0, -1, -4095, -(1 << 20), rng.randrange(-300, 300)))
        high = rng.choice((low, low + 1, low + 255, low + 256, low + 65_535, 70_000, FUNCTION_BASE + 9))
        if high < low:
            continue
        how = coding(low, high, 50)
        span = (range(low, 50), range(FUNCTION_BASE, high + 1)) if how.jump else (range(low, high + 1),)
        values = [v for part in span for v in (*part[:300], *part[-300:])]
        kept = {encode(how, value) for value in values}
        assert len(kept) == len(set(values))
        bound = {0: (0, 255), 1: (-(1 << 15), (1 << 15) - 1), 2: (-(1 << 31), (1 << 31) - 1)}
        if how.bits:
            assert bound[how.array][0] <= min(kept)
            assert max(kept) <= bound[how.array][1]
