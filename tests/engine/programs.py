"""Hand-written programs, each with one thing to find."""

from __future__ import annotations

from lastput.engine.program import ErrorClass, Kind, Op, Program
from tests.engine.build import END, Build, Step

P, N, A, L = Kind.PLAIN, Kind.SYNC, Kind.ACQUIRE, Kind.RELEASE


def lock(name: str, at: int, then: str) -> Step:
    return Step(
        name,
        A,
        (Op.LDA, 0, at),
        (Op.NOT, 1, 0),
        (Op.WAIT, 1),
        (Op.CONST, 2, 1),
        (Op.STA, at, 2),
        (Op.NEXT, then),
        waits="lock",
    )


def unlock(name: str, at: int, then: str) -> Step:
    return Step(name, L, (Op.CONST, 0, 0), (Op.STA, at, 0), (Op.NEXT, then))


def load(name: str, at: int, reg: int, then: str, kind: Kind = P, text: int = -1) -> Step:
    return Step(name, kind, (Op.LDA, 0, at), (Op.STR, reg, 0), (Op.NEXT, then), text=text)


def bump(name: str, at: int, reg: int, then: str, kind: Kind = P) -> Step:
    """*at = reg + 1"""
    return Step(name, kind, (Op.LDR, 0, reg), (Op.ADDI, 1, 0, 1), (Op.STA, at, 1), (Op.NEXT, then))


def store(name: str, at: int, value: int, then: str, kind: Kind = P, text: int = -1) -> Step:
    return Step(name, kind, (Op.CONST, 0, value), (Op.STA, at, 0), (Op.NEXT, then), text=text)


def counter(threads: int = 2, locked: bool = True, rounds: int = 1) -> Program:
    """Threads that each do x++ in two steps; a checker fails if one of them was lost."""
    b = Build("counter")
    held = b.global_("lock", held=0)
    x = b.global_("x", hi=7, value=0)
    done = b.global_("done", hi=7, value=0)
    steps: list[Step] = []
    for k in range(rounds):
        after = f"lock{k + 1}" if k + 1 < rounds else "done"
        if locked:
            steps += [lock(f"lock{k}", held, f"load{k}")]
            steps += [load(f"load{k}", x, 0, f"bump{k}"), bump(f"bump{k}", x, 0, f"unlock{k}")]
            steps += [unlock(f"unlock{k}", held, after)]
        else:
            steps += [load(f"lock{k}", x, 0, f"bump{k}"), bump(f"bump{k}", x, 0, after)]
    steps.append(Step("done", N, (Op.LDA, 0, done), (Op.ADDI, 0, 0, 1), (Op.STA, done, 0), (Op.NEXT, END)))
    code = b.routine(*steps, nregs=1)
    m = b.message("an increment was lost")
    check = b.routine(
        Step(
            "check",
            N,
            (Op.LDA, 0, done),
            (Op.EQI, 0, 0, threads),
            (Op.WAIT, 0),
            (Op.LDA, 1, x),
            (Op.JNEI, 1, threads * rounds, "bad"),
            (Op.NEXT, END),
            "bad:",
            (Op.CONST, 2, -1),
            (Op.FAIL, ErrorClass.REFCOUNT_UNDERFLOW, 2, m),
            waits="the others",
        )
    )
    for k in range(threads):
        b.thread(f"t{k}", code, hi=7, group=0)
    b.thread("checker", check)
    return b.done()


def abba() -> Program:
    b = Build("abba")
    one, two = b.global_("one", held=0), b.global_("two", held=0)
    for name, first, second in (("t", one, two), ("u", two, one)):
        code = b.routine(
            lock("lock1", first, "lock2"),
            lock("lock2", second, "unlock2"),
            unlock("unlock2", second, "unlock1"),
            unlock("unlock1", first, END),
        )
        b.thread(name, code)
    return b.done()


def use_after_free(fixed: bool = False) -> Program:
    """One thread frees what the other still reads; ``fixed``: only after the other is done."""
    b = Build("uaf")
    ptr = b.global_("ptr", pointers=["p"], p=0, hi=40)
    flag = b.global_("flag", f=0)
    pool = b.pool("obj", 1, ["x", "y"])
    init = b.routine(Step("init", N, (Op.ALLOC, 0, pool), (Op.STA, ptr, 0), (Op.NEXT, END)))
    user = b.routine(
        load("get", ptr, 0, "use"),
        Step("use", P, (Op.LDR, 0, 0), (Op.LD, 1, 0, 1), (Op.NEXT, "tell")),
        store("tell", flag, 1, END, N),
        nregs=1,
    )
    wait: tuple[tuple[int, ...], ...] = ((Op.LDA, 1, flag), (Op.WAIT, 1)) if fixed else ()
    killer = b.routine(
        Step("wait", N, *wait, (Op.NEXT, "free")),
        Step("free", N, (Op.LDA, 0, ptr), (Op.FREE, 0), (Op.NEXT, END)),
    )
    b.thread("init", init, boot=True)
    b.thread("user", user, hi=40)
    b.thread("killer", killer)
    return b.done()


def unmapped(flushed: bool = False) -> Program:
    """A callback in module text; the unloader waits for its flag, and (``flushed``) for its end."""
    b = Build("unmapped")
    kvm = b.text("kvm")
    life = b.life_of_text(kvm)
    flag = b.global_("flag", f=0, g=0)
    worker = b.routine(
        store("work", flag, 1, "ret", N, text=kvm),
        Step("ret", P, (Op.NEXT, "out"), text=kvm),
        store("out", flag + 1, 1, END, N),
    )
    unload = b.routine(
        Step(
            "wait",
            N,
            (Op.LDA, 0, flag + (1 if flushed else 0)),
            (Op.WAIT, 0),
            (Op.NEXT, "unmap"),
            waits="the work",
        ),
        store("unmap", life, 2, END, N),
    )
    b.thread("worker", worker)
    b.thread("unload", unload)
    return b.done()


def chooser() -> Program:
    """choose(3) twice, then a warning if both gave 2; leaks an object if both gave 1."""
    b = Build("chooser")
    pool = b.pool("obj", 1, ["x"])
    m = b.message("two twos")
    code = b.routine(
        Step("one", P, (Op.CHOOSE, 0, 3), (Op.STR, 0, 0), (Op.NEXT, "two")),
        Step("two", P, (Op.CHOOSE, 0, 3), (Op.STR, 1, 0), (Op.NEXT, "check")),
        Step(
            "check",
            N,
            (Op.LDR, 0, 0),
            (Op.LDR, 1, 1),
            (Op.ADD, 0, 0, 1),
            (Op.JNEI, 0, 4, "no"),
            (Op.CONST, 2, -1),
            (Op.WARN, ErrorClass.WARN, 2, m),
            "no:",
            (Op.LDR, 0, 0),
            (Op.MUL, 0, 0, 1),
            (Op.JNEI, 0, 1, "out"),
            (Op.ALLOC, 3, pool),
            "out:",
            (Op.NEXT, END),
        ),
        nregs=2,
    )
    b.thread("t", code, hi=2)
    return b.done()


def picker(count: int = 3) -> Program:
    """Two workers pick live objects that are marked, unmark and free them."""
    b = Build("picker")
    pool = b.pool("item", count, ["mark"])
    init = b.routine(
        *(
            Step(
                f"init{k}",
                N,
                (Op.ALLOC, 0, pool),
                (Op.CONST, 1, 1),
                (Op.ST, 0, 1, 0),
                (Op.NEXT, f"init{k + 1}" if k + 1 < count else END),
            )
            for k in range(count)
        )
    )
    work = b.routine(
        Step(
            "pick",
            N,
            (Op.PICK, 0, 0, 0),
            (Op.CONST, 1, 0),
            (Op.ST, 0, 1, 0),
            (Op.STR, 0, 0),
            (Op.NEXT, "free"),
            waits="work",
            rest=True,
        ),
        Step("free", N, (Op.LDR, 0, 0), (Op.FREE, 0), (Op.CONST, 1, 0), (Op.STR, 0, 1), (Op.NEXT, "pick")),
        nregs=1,
    )
    b.thread("init", init, boot=True)
    for k in range(2):
        b.thread(f"w{k}", work, hi=40, group=0)
    return b.done()


def spawner() -> Program:
    """A parent starts two children with different arguments; they add them up; one is joined only."""
    b = Build("spawner")
    total = b.global_("total", hi=7, value=0)
    child = b.routine(
        Step(
            "add",
            N,
            (Op.LDA, 0, total),
            (Op.LDR, 1, 0),
            (Op.ADD, 0, 0, 1),
            (Op.STA, total, 0),
            (Op.NEXT, END),
        ),
        nregs=1,
    )
    m = b.message("sum is wrong")
    parent = b.routine(
        Step("s1", P, (Op.CONST, 0, 2), (Op.SPAWN, 1, child, 0), (Op.NEXT, "s2")),
        Step("s2", P, (Op.CONST, 0, 3), (Op.SPAWN, 1, child, 0), (Op.NEXT, "look")),
        Step(
            "look",
            N,
            (Op.LDA, 0, total),
            (Op.LTI, 1, 0, 3),
            (Op.JNZ, 1, "again"),
            (Op.EQI, 1, 0, 5),
            (Op.JNZ, 1, "ok"),
            (Op.CONST, 2, -1),
            (Op.FAIL, ErrorClass.LOCK_MISUSE, 2, m),
            "again:",
            (Op.NEXT, "look"),
            "ok:",
            (Op.NEXT, END),
        ),
    )
    b.thread("parent", parent)
    b.thread("c0", child, spawned=True, hi=7)
    b.thread("c1", child, spawned=True, hi=7)
    return b.done()
