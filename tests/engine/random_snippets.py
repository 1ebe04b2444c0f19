"""The snippets that random programs are made of: what threads do to locks, objects, lists, text."""

from __future__ import annotations

__all__ = ["Below", "Need", "World", "Writer"]

from collections.abc import Callable

import msgspec

from lastput.engine.program import LIFE_ALIVE, LIFE_FREED, ErrorClass, Kind, Op
from tests.engine.assembler import Body, PoolRef, TextRef

#: Gives a number in 0 .. n-1; smaller ones make simpler programs.
Below = Callable[[int], int]

_ARITHMETIC = (
    Op.ADD, Op.SUB, Op.MUL, Op.DIV, Op.MOD, Op.AND, Op.OR, Op.XOR, Op.SHL, Op.SHR, Op.LTI, Op.LEI,
)  # fmt: skip


class World(msgspec.Struct, frozen=True):
    """What all threads share: addresses of globals, pools, texts."""

    locks: tuple[int, ...]
    counts: tuple[int, ...]
    shared: int  # points to an item, and owns a reference of it
    head: int  # of a list of items, which owns a reference of each
    waiter: int  # points to a task
    hook: int  # points to a function or nowhere
    text: TextRef
    users: int  # threads in the text
    inside: int  # a variable of that text
    item: PoolRef
    box: PoolRef
    items: int  # instance type: items
    nodes: int  # instance type: list nodes embedded in items and boxes
    functions: tuple[int, int]
    linked: int  # what offset in an item list pointers point to
    careful: bool
    themes: tuple[int, int]  # what kinds of snippets there are: related ones shall meet


class Need(msgspec.Struct):
    """What the threads will use up; found by a dry run."""

    items: int = 0
    boxes: int = 0
    children: int = 0


class Writer:
    """Writes one code, snippet after snippet, each from label ``here`` to a new label."""

    def __init__(self, world: World, body: Body, below: Below, threads: int, need: Need) -> None:
        self.w = world
        self.b = body
        self.below = below
        self.threads = threads
        self.need = need
        self.here = "start"
        self.holds = False  # p holds a reference, or is null
        self.locked = 0  # locks up to this one are held
        self.child: Body | None = None
        self.debts: list[Callable[[], None]] = []  # what a careful thread does at last
        self.text = -1

    # Helpers.

    def sloppy(self) -> bool:
        return not self.w.careful and self.below(2) == 1

    def kind(self) -> Kind:
        return (Kind.PLAIN, Kind.SYNC)[self.below(2)]

    def step(self, kind: Kind, what: str, *, waits: str = "", rest: bool = False) -> None:
        self.b.location(self.here, kind, what=what, waits=waits, rest=rest, text=self.text)

    def done(self) -> None:
        self.here = self.b.label()
        self.b.next(self.here)

    def skip_if_zero(self, value: int) -> str:
        """The rest of the step is skipped if ``value`` is 0; ``land`` must follow."""
        mark = self.b.label("skip")
        self.b.jump(Op.JZ, mark, value)
        return mark

    def land(self, mark: str) -> None:
        self.b.mark(mark)

    def counter(self) -> int:
        return self.w.counts[self.below(len(self.w.counts))]

    def bump_field(self, pointer: int, field: str, by: int) -> int:
        offset = self.w.item.offset(field)
        value = self.b.andi(self.b.addi(self.b.ld(pointer, offset), by), 7)
        self.b.st(pointer, offset, value)
        return value

    def put_item(self, pointer: int) -> None:
        """Drops a reference inside a step, and frees at the last one."""
        left = self.bump_field(pointer, "refs", -1)
        mark = self.b.label("live")
        self.b.jump(Op.JNZ, mark, left)
        self.b.free(pointer)
        self.land(mark)

    # Snippets.

    def bump(self) -> None:
        where = self.counter()
        self.step(Kind.SYNC, "atomic_inc")
        self.b.sta(where, self.b.andi(self.b.addi(self.b.lda(where), 1), 3))
        self.done()

    def compute(self) -> None:
        """Arithmetic of all kinds on a counter; n may get large, or negative."""
        where = self.counter()
        b = self.b
        self.step(self.kind(), "n = f(count, n)")
        x, y = b.lda(where), b.andi(b.reg("n"), 7)
        shifts = [1, 2, 33]
        for _ in range(1 + self.below(4)):
            op = _ARITHMETIC[self.below(len(_ARITHMETIC))]
            if op in (Op.SHL, Op.SHR):
                x = b.binary(op, x, b.const(shifts[self.below(len(shifts))]))
                shifts = [1, 2]
            elif op in (Op.DIV, Op.MOD):
                x = b.binary(op, x, y if self.sloppy() else b.const(2))
            elif op in (Op.LTI, Op.LEI):
                x = b.binary(op, x, 1)
            else:
                x = b.binary(op, x, y)
            if self.below(2):
                x = b.binary((Op.NEG, Op.INV, Op.NOT, Op.MOV)[self.below(4)], x, 0)
        b.set("n", x)
        b.sta(where, b.andi(x, 3))
        self.done()

    def racy_bump(self) -> None:
        where = self.counter()
        self.step(Kind.PLAIN, "n = count")
        self.b.set("n", self.b.lda(where))
        self.done()
        self.step(Kind.PLAIN, "count = n + 1")
        self.b.sta(where, self.b.andi(self.b.addi(self.b.reg("n"), 1), 3))
        self.b.set("n", self.b.const(0))
        self.done()

    def new(self) -> None:
        if self.holds:
            return self.put()
        self.need.items += self.threads
        self.step(self.kind(), "p = alloc")
        p = self.b.alloc(self.w.item)
        self.b.st(p, self.w.item.offset("refs"), self.b.const(1))
        self.b.set("p", p)
        self.done()
        self.holds = True
        if self.below(2):
            self.publish()
        return None

    def publish(self) -> None:
        """shared = p, with a reference of its own, if there is none yet."""
        if not self.holds:
            return self.take()
        self.step(self.kind() if self.sloppy() else Kind.SYNC, "shared = p")
        p = self.b.reg("p")
        mark = self.skip_if_zero(p)
        if not self.sloppy():
            self.b.jump(Op.JNZ, mark, self.b.lda(self.w.shared))
            self.bump_field(p, "refs", 1)
        self.b.sta(self.w.shared, p)
        self.land(mark)
        self.done()
        self.debts.append(self.retract)
        return None

    def retract(self) -> None:
        self.step(Kind.SYNC, "put(xchg(&shared, 0))")
        q = self.b.lda(self.w.shared)
        mark = self.skip_if_zero(q)
        self.b.sta(self.w.shared, self.b.const(0))
        self.put_item(q)
        self.land(mark)
        self.done()

    def take(self) -> None:
        if self.holds:
            return self.use()
        if self.sloppy():
            self.step(self.kind(), "p = shared")
            self.b.set("p", self.b.lda(self.w.shared))
            self.done()
            self.holds = True
            if self.below(2):  # borrowed only
                return None
            self.step(self.kind(), "get(p)")
            p = self.b.reg("p")
            mark = self.skip_if_zero(p)
        else:
            self.step(Kind.SYNC, "p = get(shared)")
            p = self.b.lda(self.w.shared)
            self.b.set("p", p)
            mark = self.skip_if_zero(p)
        self.bump_field(p, "refs", 1)
        self.land(mark)
        self.done()
        self.holds = True
        return None

    def use(self) -> None:
        """Reads or writes through p; carelessly without a look at p."""
        if not self.holds and not self.sloppy():
            return self.take()
        self.step(self.kind(), "p->val")
        p = self.b.reg("p")
        if self.sloppy() and self.sloppy():
            self.bump_field(p, "val", 1)
        else:
            mark = self.skip_if_zero(p)
            if self.below(2):
                self.bump_field(p, "val", 1)
            else:
                self.b.set("n", self.b.ld(p, self.w.item.offset("val")))
            self.land(mark)
        self.done()
        return None

    def put(self) -> None:
        if not self.holds and not self.sloppy():
            return self.bump()
        how = self.below(3)
        self.step(Kind.SYNC, "put(p)")
        p = self.b.reg("p")
        mark = self.skip_if_zero(p)
        forget = not self.sloppy()
        if how == 2 and self.sloppy():  # the free comes late, whoever does it
            left = self.bump_field(p, "refs", -1)
            self.b.set("n", self.b.eqi(left, 0))
            self.land(mark)
            self.done()
            self.step(Kind.PLAIN, "kfree(p)")
            mark = self.skip_if_zero(self.b.reg("n"))
            self.b.free(self.b.reg("p"))
        elif how == 1:
            refs = self.b.ld(p, self.w.item.offset("refs"))
            fine = self.b.label("fine")
            self.b.jump(Op.JNZ, fine, refs)
            self.b.fail(ErrorClass.REFCOUNT_UNDERFLOW, "refcount_t: underflow", p)
            self.land(fine)
            self.put_item(p)
        else:
            self.put_item(p)
        self.land(mark)
        if forget:
            self.b.set("p", self.b.const(0))
        self.done()
        self.holds = False
        return None

    def push(self) -> None:
        """The reference of p goes to the list."""
        if not self.holds:
            return self.take()
        self.step(Kind.SYNC if not self.sloppy() else Kind.PLAIN, "list_add(p)")
        p = self.b.reg("p")
        mark = self.skip_if_zero(p)
        # An item that is in a list already stays where it is, and so does the reference.
        node = self.b.addi(p, self.w.linked)
        off = self.w.item.offset("next") - self.w.linked
        if not self.sloppy():
            self.b.jump(Op.JNZ, mark, self.b.ld(node, off))
        first = self.b.lda(self.w.head)
        none = self.b.label("none")
        self.b.st(node, off, first)
        self.b.jump(Op.JNZ, none, first)
        self.b.st(node, off, node)  # the last points to itself
        self.land(none)
        self.b.sta(self.w.head, node)
        self.bump_field(p, "refs", 1)
        self.land(mark)
        self.done()
        self.debts.append(self.pop)
        return None

    def pop(self) -> None:
        self.step(Kind.SYNC, "put(list_pop())")
        node = self.b.lda(self.w.head)
        mark = self.skip_if_zero(node)
        off = self.w.item.offset("next") - self.w.linked
        after = self.b.ld(node, off)
        last = self.b.binary(Op.NE, after, node)
        # The last one points to itself: then the list is empty.
        more = self.b.label("more")
        self.b.jump(Op.JNZ, more, last)
        self.b.emit(Op.CONST, after, 0)
        self.land(more)
        self.b.sta(self.w.head, after)
        self.b.st(node, off, self.b.const(0))
        self.put_item(self.b.addi(node, -self.w.linked))
        self.land(mark)
        self.done()

    def lock(self) -> None:
        """A critical section; careless ones nest the wrong way round or forget to unlock."""
        if self.locked == len(self.w.locks) or self.text >= 0:
            return self.bump()
        which = self.locked
        wrong = self.sloppy()
        if wrong:
            which = len(self.w.locks) - 1 - which
        at = self.w.locks[which]
        self.step(Kind.ACQUIRE, f"spin_lock({which})", waits=f"lock {which}")
        self.b.wait(self.b.eqi(self.b.lda(at), 0))
        self.b.sta(at, self.b.task())
        self.done()
        self.locked += 1
        for _ in range(1 + self.below(2)):
            (self.racy_bump, self.bump, self.use, self.lock, self.unlocked_test)[self.below(5)]()
        self.locked -= 1
        if wrong and self.below(3) == 2:
            return None
        self.step(Kind.RELEASE, f"spin_unlock({which})")
        if self.below(2):
            mine = self.b.label("mine")
            owner = self.b.binary(Op.EQ, self.b.lda(at), self.b.task())
            self.b.jump(Op.JNZ, mine, owner)
            self.b.fail(ErrorClass.LOCK_MISUSE, "unlock of what another holds")
            self.land(mine)
        self.b.sta(at, self.b.const(0))
        self.done()
        return None

    def unlocked_test(self) -> None:
        """Looks whether a lock is taken."""
        self.step(Kind.SYNC, "n = spin_is_locked()")
        self.b.set("n", self.b.nei(self.b.lda(self.w.locks[-1]), 0))
        self.done()

    def choice(self) -> None:
        self.step(self.kind(), "choose")
        n = 2 + self.below(2)
        where = self.counter()
        chosen = self.b.choose(n)
        mark = self.skip_if_zero(chosen)
        self.b.sta(where, chosen)
        if self.below(2) and self.holds:
            p = self.b.reg("p")
            self.b.jump(Op.JZ, mark, p)
            self.b.st(p, self.w.item.offset("val"), chosen)
        self.land(mark)
        self.done()

    def pick(self) -> None:
        """Picks any item that has a value (idle while there is none) and empties it."""
        if not self.may_rest():
            return self.bump()
        self.step(Kind.SYNC, "pick", waits="an item with a value", rest=True)
        field = ("val", "refs")[self.below(2)]
        q = self.b.pick(self.w.items, self.w.item.offset(field))
        if field == "val":
            self.b.st(q, self.w.item.offset("val"), self.b.const(0))
        elif self.below(2):
            self.bump_field(q, "val", 1)
        if self.sloppy():
            self.b.set("q", q)
            self.done()
            self.step(self.kind(), "q->val")
            self.b.st(self.b.reg("q"), self.w.item.offset("val"), self.b.const(1))
        self.done()
        return None

    def every(self) -> None:
        """A loop over instances, in one step: counts, or marks, all of them."""
        self.step(Kind.SYNC, "for_each_instance")
        where = self.counter()
        kind, offset = ((self.w.items, self.w.item.offset("val")), (self.w.nodes, 0))[self.below(2)]
        total = self.b.const(0)
        at = self.b.const(0)
        loop, out = self.b.label("loop"), self.b.label("out")
        self.b.mark(loop)
        self.b.emit(Op.INST, at, kind, at)
        self.b.jump(Op.JZ, out, at)
        self.b.emit(Op.ADD, total, total, self.b.nei(self.b.ld(at, offset), 0))
        self.b.jump(Op.JMP, loop)
        self.b.mark(out)
        self.b.sta(where, self.b.andi(total, 3))
        self.done()

    def wait(self) -> None:
        """Waits for a counter, carefully only if idle there is no fault."""
        if not self.may_rest():
            return self.bump()
        where = self.counter()
        idle = not self.sloppy()
        self.step(Kind.SYNC, "wait_until", waits="count", rest=idle)
        self.b.wait(self.b.binary(Op.LT, self.b.const(self.below(2)), self.b.lda(where)))
        if self.below(2):
            self.b.sta(where, self.b.const(0))
        self.done()
        return None

    def sleep(self) -> None:
        """Offers itself as the waiter, and waits for its own flag (a wake-up through a task pointer)."""
        if not self.may_rest():
            return self.bump()
        self.step(Kind.SYNC, "waiter = current")
        self.b.sta(self.w.waiter, self.b.task())
        self.done()
        self.step(Kind.SYNC, "schedule", waits="current->flag", rest=not self.sloppy())
        me = self.b.task()
        self.b.wait(self.b.ld(me, 0))
        self.b.st(me, 0, self.b.const(0))
        self.done()
        return None

    def wake(self) -> None:
        self.step(self.kind(), "wake_up(waiter)")
        other = self.b.lda(self.w.waiter)
        mark = self.skip_if_zero(other) if not self.sloppy() else self.b.label("skip")
        self.b.st(other, 0, self.b.const(1))
        if self.below(2):
            self.b.st(other, 1, self.b.task())
        self.b.sta(self.w.waiter, self.b.const(0))
        self.land(mark)
        self.done()

    def loop(self) -> None:
        """Does a small thing two or three times."""
        top = self.here
        self.step(Kind.PLAIN, "for (i = 0; i < n; i++)")
        out = self.b.label("out")
        again = self.b.binary(Op.LT, self.b.reg("i"), self.b.const(2 + self.below(2)))
        self.b.jump(Op.JZ, out, again)
        inner = self.b.label()
        self.b.set("i", self.b.addi(self.b.reg("i"), 1))
        self.b.next(inner)
        self.b.mark(out)
        self.b.set("i", self.b.const(0))
        after = self.b.label()
        self.b.next(after)
        self.here = inner
        (self.bump, self.choice, self.use_guarded)[self.below(3)]()
        self.step(Kind.PLAIN, "continue")
        self.b.next(top)
        self.here = after

    def use_guarded(self) -> None:
        self.step(Kind.PLAIN, "if (p) p->val++")
        p = self.b.reg("p")
        mark = self.skip_if_zero(p)
        if self.holds or not self.w.careful:
            self.bump_field(p, "val", 1)
        self.land(mark)
        self.done()

    def module(self) -> None:
        """Runs a step or two in the module's text; carelessly without a pin, or unpinned too early."""
        if self.text >= 0:
            return self.bump()
        outside = self.b.label("outside")
        pinned = not self.sloppy()
        self.step(Kind.SYNC, "try_module_get")
        dead = self.b.label("dead")
        self.b.jump(Op.JNEI, dead, self.b.lda(self.w.text.address), LIFE_ALIVE)
        if pinned:
            self.b.sta(self.w.users, self.b.addi(self.b.lda(self.w.users), 1))
        inner = self.b.label()
        self.b.next(inner)
        self.b.mark(dead)
        self.b.next(outside)
        self.here = inner
        self.text = self.w.text.index
        self.step(self.kind(), "n = inside")
        self.b.set("n", self.b.lda(self.w.inside))
        self.done()
        if self.below(2):
            self.bump()
        self.step(Kind.SYNC, "module_put")
        if pinned:
            self.b.sta(self.w.users, self.b.addi(self.b.lda(self.w.users), -1))
        if self.sloppy():  # the last reference put from inside
            self.done()
            self.step(Kind.PLAIN, "return")
        self.b.next(outside)
        self.text = -1
        self.here = outside
        return None

    def unload(self) -> None:
        if self.text >= 0:
            return self.bump()
        self.step(Kind.SYNC, "wait for users", waits="users", rest=False)
        self.b.wait(self.b.eqi(self.b.lda(self.w.users), 0))
        if self.sloppy():
            self.done()
            self.step(self.kind(), "unmap")
        self.b.sta(self.w.text.address, self.b.const(LIFE_FREED))
        self.done()
        return None

    def start_child(self) -> None:
        if self.child is None or self.need.children + self.threads > 2:
            return self.bump()
        self.need.children += self.threads
        self.step(Kind.SYNC, "spawn")
        task = self.b.spawn(self.child, self.b.task())
        self.b.set("q", task)
        self.done()
        return None

    def wrap(self) -> None:
        """A box that points to p or to nothing, and lives for a step or two."""
        self.need.boxes += self.threads
        self.step(Kind.PLAIN, "q = alloc box")
        q = self.b.alloc(self.w.box)
        self.b.st(q, self.w.box.offset("item"), self.b.reg("p"))
        self.b.set("q", q)
        self.done()
        if self.below(2):
            self.step(Kind.PLAIN, "q->node = q")
            q = self.b.reg("q")
            self.b.st(q, self.w.box.offset("node"), self.b.addi(q, self.w.box.offset("node")))
            self.done()
        if not self.w.careful and self.below(3) == 2:
            return
        self.step(Kind.PLAIN, "free box")
        self.b.free(self.b.reg("q"))
        if not self.sloppy():
            self.b.set("q", self.b.const(0))
        self.done()

    def call(self) -> None:
        """Sets the hook to a function, or looks which one it is."""
        self.step(Kind.SYNC, "hook")
        if self.below(2):
            self.b.sta(self.w.hook, self.b.const(self.w.functions[self.below(2)]))
        else:
            self.b.set("n", self.b.eqi(self.b.lda(self.w.hook), self.w.functions[1]))
        self.done()

    def check(self) -> None:
        """An assertion that may fail, or warns."""
        where = self.counter()
        self.step(Kind.PLAIN, "BUG_ON")
        value = self.b.lda(where)
        limit = 3 if not self.sloppy() else 1 + self.below(2)
        fine = self.b.label("fine")
        if self.w.careful:
            self.b.jump(Op.JNZ, fine, self.b.binary(Op.LE, value, self.b.const(limit)))
        else:
            self.b.jump(Op.JNEI, fine, value, limit)
        if self.below(2):
            self.b.warn(ErrorClass.WARN, "WARN_ON")
        else:
            self.b.fail(ErrorClass.SLEEP_IN_ATOMIC, "BUG_ON")
        self.land(fine)
        self.done()

    def forget(self) -> None:
        """Drops what it holds without a put (a leak), or frees it whatever others hold."""
        if not self.sloppy():
            return self.put()
        self.step(Kind.PLAIN, "drop p")
        if self.below(2):
            self.b.free(self.b.reg("p"))
        self.b.set("p", self.b.const(0))
        self.done()
        self.holds = False
        return None

    def may_rest(self) -> bool:
        """A careful thread stays nowhere for ever with references in its hands."""
        return not self.w.careful or not (self.holds or self.debts)

    def write(self, budget: int) -> None:
        themes = (
            (self.bump, self.racy_bump, self.choice, self.check, self.loop, self.compute, self.compute),
            (self.new, self.take, self.use, self.put, self.publish, self.retract, self.forget),
            (self.lock, self.lock, self.racy_bump, self.use),
            (self.new, self.publish, self.take, self.push, self.pop, self.push, self.use),
            (self.module, self.module, self.unload, self.bump),
            (self.wait, self.sleep, self.wake, self.bump, self.pick, self.new),
            (
                self.start_child,
                self.start_child,
                self.every,
                self.compute,
                self.call,
                self.wrap,
                self.pick,
                self.new,
                self.put,
            ),
        )
        everything = tuple(snippet for theme in self.w.themes for snippet in themes[theme])
        if 1 in self.w.themes or 3 in self.w.themes:
            (self.new, self.take)[self.below(2)]()
        while self.b.size < budget:
            everything[self.below(len(everything))]()
        for debt in self.debts:
            if not self.sloppy():
                debt()
        if self.holds and not self.sloppy():
            self.put()
        self.step(Kind.PLAIN, "return")
        self.b.next("end")
        self.b.end()
