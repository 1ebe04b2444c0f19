"""Looks for verdicts that depend on reductions: random concurrent litmus tests, searched with and without.

    python -m benchmarks.hunt_verdicts --programs 5000
    python -m benchmarks.hunt_verdicts --programs 200 --spin

The tests allocate from pools, keep objects on a list, count references, take locks, sleep on wait queues,
loop over instances in ways that depend on their order and in ways that do not. With ``--spin`` each goes
through SPIN, too, which nobody here wrote. Prints each disagreement with its test. Exit 1 if there is one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from random import Random

from lastput.engine.interpret import boot
from lastput.engine.program import Program
from lastput.engine.promela import to_promela
from lastput.engine.search import check
from lastput.engine.spin import run_spin
from lastput.engine.verdict import Options
from lastput.errors import LastputError
from lastput.model.compile import compile_text

_MOST = 60_000
_UNREDUCED = Options(merge=False, symmetry=False, partial_order=False, max_states=_MOST, livelocks=False)
_VARIANTS = {
    "all reductions": Options(max_states=_MOST, livelocks=False),
    "compiled": Options(engine="compiled", max_states=_MOST, livelocks=False),
    "symmetry only": Options(merge=False, partial_order=False, max_states=_MOST, livelocks=False),
    "merging only": Options(symmetry=False, partial_order=False, max_states=_MOST, livelocks=False),
}
_HEAD = """#include <lastput.h>
struct obj { int tag; int hit; struct list_head node; refcount_t refs; struct obj *peer; spinlock_t lock; };
POOL(struct obj, 3);
POOL_MAY_LEAK(struct obj);
static LIST_HEAD(all);
static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(mutex);
static DECLARE_WAIT_QUEUE_HEAD(queue);
static struct obj *shared, *other;
static int flag, seen;
static struct obj *make(int tag)
{
	struct obj *o = kzalloc(sizeof(*o), GFP_KERNEL);

	o->tag = tag;
	refcount_set(&o->refs, 1);
	return o;
}
"""
_SIMPLE = (
    "flag = 1;", "flag++;", "seen = flag;", "shared = o;", "o = shared;", "other = o;", "o = other;",
    "if (o) o->hit++;", "if (o && o->hit) seen = o->tag;", "if (o) o->peer = other;", "if (o) o = o->peer;",
    "if (shared) refcount_inc(&shared->refs);", "if (o && refcount_dec_and_test(&o->refs)) kfree(o);",
    "if (o) spin_lock(&o->lock); if (o) spin_unlock(&o->lock);",
    "wake_up(&queue);", "wait_event(queue, flag);",
    "BUG_ON(flag > 2);", "WARN_ON(seen == 2);", "if (o) WARN_ON(o->tag == 2 && o->hit);", "cond_resched();",
    "plain { for_each_instance(struct obj, i) { if (i->hit) n++; } } seen = n;",
    "plain { for_each_instance(struct obj, i) { n += i->tag; } } seen = n;",
    "plain { for_each_instance(struct obj, i) { if (i->tag && !o) o = i; } }",
    "plain { for_each_instance(struct obj, i) { if (i->hit) o = i; } }",
    "plain { for_each_instance(struct obj, i) { i->hit = i->tag; } }",
    "plain { for_each_instance(struct obj, i) { if (n < i->tag) n = i->tag; } } seen = n;",
    "list_for_each_entry(o, &all, node) seen = o->tag; o = NULL;",
    "if (!list_empty(&all)) seen = 1;",
)  # fmt: skip


class Tests:
    """Random litmus tests."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def text(self) -> str:
        pick = self.random.choice
        count = self.random.randrange(1, 4)
        tags = [pick((1, 1, 2, 3)) for _ in range(count)]
        made = "".join(
            f"\to = make({tag});{pick((' list_add(&o->node, &all);', ' shared = o;', ' o->hit = 1;'))}\n"
            for tag in tags
        )
        boot_text = f"BOOT(start)\n{{\n\tstruct obj *o;\n\n{made}}}\n"
        threads = [
            f"THREAD{pick(('', '', 'S'))}(t{i}{{}})\n{{{{\n{self._body()}}}}}\n"
            for i in range(self.random.randrange(2, 4))
        ]
        shown = [one.format(", 2") if one.startswith("THREADS") else one.format("") for one in threads]
        return _HEAD + boot_text + "".join(shown)

    def _body(self) -> str:
        rows = ["struct obj *o = NULL, *i;", "int n = 0;"]
        for _ in range(self.random.randrange(2, 6)):
            rows += self._statement()
        return "".join(f"\t{row.replace('{', '{{').replace('}', '}}')}\n" for row in rows)

    def _statement(self) -> list[str]:
        pick = self.random.random()
        inner = [self.random.choice(_SIMPLE) for _ in range(self.random.randrange(1, 3))]
        if pick < 0.2:
            calm = [one for one in inner if "wait" not in one and "cond_" not in one]
            return ["spin_lock(&lock);", *calm, "spin_unlock(&lock);"]
        if pick < 0.3:
            return ["mutex_lock(&mutex);", *inner, "mutex_unlock(&mutex);"]
        if pick < 0.4:
            return ["spin_lock(&lock);", "if (o) list_del_init(&o->node);", "spin_unlock(&lock);"]
        if pick < 0.5:
            return [f"if (flag) {{ {inner[0]} }}"]
        return inner


def _classes(program: Program, options: Options) -> tuple[str, ...] | None:
    result = check(program, options)
    return tuple(sorted(one.error.slug for one in result.findings)) if result.complete else None


def _by_spin(program: Program) -> tuple[str, ...]:
    result = check(program, Options(merge=False, symmetry=False))
    found = run_spin(to_promela(program, boot(program), result.ranges))
    return tuple(sorted(found.findings))


def disagreements(count: int, seed: int, spin: bool, told: dict[str, int]) -> Iterator[str]:
    """Each disagreement, with the test; ``told`` counts."""
    source = Tests(seed)
    while told["tests"] < count:
        text = source.text()
        try:
            program = compile_text(text, "hunt.c").program
            plain = _classes(program, _UNREDUCED)
        except LastputError as error:
            told["refused"] += 1
            if error.slug == "internal":
                yield f"{error}\n{text}"
            continue
        if plain is None:
            told["too many states"] += 1
            continue
        told["tests"] += 1
        told["unsafe"] += bool(plain)
        found = {name: _classes(program, options) for name, options in _VARIANTS.items()}
        if spin:
            found["spin"] = _by_spin(program)
        wrong = {name: classes for name, classes in found.items() if classes != plain}
        if wrong:
            yield f"unreduced {plain}, {wrong}:\n{text}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--spin", action="store_true", help="ask SPIN, too")
    args = parser.parse_args()
    told = dict.fromkeys(("tests", "unsafe", "refused", "too many states"), 0)
    found = 0
    for text in disagreements(args.programs, args.seed, args.spin, told):
        found += 1
        print(text, flush=True)
    print(", ".join(f"{number:,} {what}" for what, number in told.items()) + f", {found} disagreements")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
