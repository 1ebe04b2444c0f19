"""What a test takes from the headers of a tree, and what stands in for what is defined nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.c.tree import open_tree
from lastput.engine.search import check
from lastput.errors import LastputError
from lastput.facts.definitions.lookup import Headers
from lastput.model.compile import compile_text
from lastput.model.compiled import Compiled
from lastput.model.options import ModelOptions

_HEADER = """#define LIMIT (BASE + 1)
#define BASE 4
#define to_thing(d) container_of(d, struct thing, dev)
#define hard(x) ({ asm volatile("nop"); x; })
enum state { OFF, ON = 7, };
typedef int (*handler_t)(int irq, void *data);
struct part { int irq; };
struct thing { struct part dev; handler_t handler; enum state state; struct thing *parent; };
static inline int state_of(struct thing *t) { return t->state; }
static inline int armed(struct timer_list *t) { return t->entry.pprev != NULL; }
int outside(struct thing *t, int *value);
struct thing *look_up(int id);
extern int count;
"""
_SOURCE = """#include <linux/thing.h>
static int fired(int irq, void *data) { return LIMIT; }
static struct thing one = { .handler = fired, .state = ON, .parent = &one };
static const struct regs { int table[4]; char name[8]; int (*never)(void); } regs = {
	.table = { [1] = SOMETHING, }, .name = "regs", .never = nowhere,
};
int use(struct part *dev) { struct thing *t = to_thing(dev); return t->handler(1, t) + state_of(t); }
#ifdef CONFIG_RARE
int rare(void) { return 3; }
#endif
int ask(int id)
{
	struct thing *t = look_up(id);
	int value = 0;

	if (IS_ERR(t))
		return 1;
	if (outside(t, &value) < 0)
		return 2;
	switch (value) {
	case 3: return 3;
	case LIMIT: return 4;
	}
	return t->parent->state == ON;
}
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    for name, text in (("include/linux/thing.h", _HEADER), ("drivers/thing.c", _SOURCE)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _compile(tree: Path, text: str, *any_: str) -> Compiled:
    opened = open_tree(tree)
    options = ModelOptions(assume_any=any_)
    return compile_text("#include <lastput.h>\n" + text, "t.c", options, opened.read, Headers(opened))


def _verdict(compiled: Compiled) -> str:
    return check(compiled.program).verdict.value


def test_definitions_come_by_name(tree: Path) -> None:
    compiled = _compile(
        tree,
        'SOURCE("drivers/thing.c", one, fired, use, regs);\n'
        "THREAD(t) { BUG_ON(use(&one.dev) != LIMIT + ON || regs.name[1] != 'e' || BASE != 4); }",
    )
    assert _verdict(compiled) == "SAFE"
    # The function pointer is never called, the array is of the table that is looked at.
    assert [(one.kind, one.name) for one in compiled.assumptions] == [("initial value", "regs.table[1]")]


def test_the_test_wins(tree: Path) -> None:
    compiled = _compile(
        tree,
        "#define BASE 10\nenum { ON = 1 };\n"
        'SOURCE("drivers/thing.c", one, fired, use);\nTHREAD(t) { BUG_ON(use(&one.dev) != 12); }',
    )
    assert _verdict(compiled) == "SAFE"


def test_what_a_named_function_needs_is_on(tree: Path) -> None:
    assert (
        _verdict(_compile(tree, 'SOURCE("drivers/thing.c", rare);\nTHREAD(t) { BUG_ON(rare() != 3); }'))
        == "SAFE"
    )


def test_all_that_is_missing_at_once(tree: Path) -> None:
    with pytest.raises(LastputError) as error:
        _compile(
            tree, 'SOURCE("drivers/thing.c", ask);\nTHREAD(t) { ask(hard(MISSING)); armed(0); count++; }'
        )
    assert error.value.slug == "undefined-names"
    for name in ("look_up", "outside", "hard", "armed", "MISSING", "count"):
        assert name in error.value.what, name


def test_any_value_reaches_every_branch(tree: Path) -> None:
    for wanted in range(5):
        text = f'SOURCE("drivers/thing.c", ask);\nTHREAD(t) {{ BUG_ON(ask(1) == {wanted}); }}'
        compiled = _compile(tree, text, "all")
        # An object of any kind is zeroed: its state is never ON, so the last line gives 0 only.
        assert _verdict(compiled) == "UNSAFE", wanted
        assert [(one.kind, one.name) for one in compiled.assumptions] == [
            ("any", "look_up"),
            ("any", "outside"),
        ]
    text = 'SOURCE("drivers/thing.c", ask);\nTHREAD(t) { BUG_ON(ask(1) == 5); }'
    assert _verdict(_compile(tree, text, "all")) == "SAFE"


def test_a_named_function_gives_any_value_though_it_has_a_body() -> None:
    text = """#include <lastput.h>
static int get(void) { return 1; }
ASSUME_ANY(get);
THREAD(t) { int x = get(); BUG_ON(x == 9); }
"""
    assert _verdict(compile_text(text, "t.c")) == "UNSAFE"
    assert _verdict(compile_text(text.replace("ASSUME_ANY(get);", ""), "t.c")) == "SAFE"


_TABLES = """struct pair { int a, b; };
struct table { const struct pair *pairs; struct nowhere part; int last; };
static const struct table table = {
	.pairs = (const struct pair []) { { 1, 2 }, { 3, 4 } },
	.part = { .inner = 7 },
	.last = { 5 },
	[17] = 6,
};
struct pair of(int x) { struct pair made = { x, x }; return made; }
int taken(int x) { return of(x).a; }
int whole(int x) { struct pair p = of(x); return p.b; }
void put(int x) { slot_of(x) = x; }
int got(int x) { return slot_of(x); }
int empty(int x) { return per_cpu_op(x, , "add"); }
"""


def test_literals_of_a_table_are_objects_and_what_does_not_fit_is_left_out(tree: Path) -> None:
    (tree / "drivers/thing.c").write_text(_TABLES)
    told = "table.pairs[1].b != 4 || table.part.inner != 7 || table.last != 5"
    compiled = _compile(tree, f'SOURCE("drivers/thing.c", table);\nTHREAD(t) {{ BUG_ON({told}); }}')
    assert _verdict(compiled) == "SAFE"
    assert [(one.kind, one.name) for one in compiled.assumptions] == [
        ("left out", "the initial value at drivers/thing.c:7:9")
    ]


def test_a_function_that_gives_a_struct_gives_any(tree: Path) -> None:
    (tree / "drivers/thing.c").write_text(_TABLES)
    for call in ("taken(1) == 33", "whole(1) == 33"):
        text = f'SOURCE("drivers/thing.c");\nTHREAD(t) {{ BUG_ON({call}); }}'
        compiled = _compile(tree, text)
        assert _verdict(compiled) == "UNSAFE"
        assert ("any", "of") in [(one.kind, one.name) for one in compiled.assumptions]


def test_a_macro_takes_empty_arguments_and_a_function_does_not(tree: Path) -> None:
    (tree / "drivers/thing.c").write_text(_TABLES)
    text = 'SOURCE("drivers/thing.c", empty);\nTHREAD(t) { BUG_ON(empty(3) == 33); }'
    assert _verdict(_compile(tree, text, "all")) == "UNSAFE"
    with pytest.raises(LastputError, match="expression"):
        _compile(tree, "static int per_cpu_op(int a, int b, const char *c) { return 0; }\n" + text)


def test_what_may_be_a_macro_can_be_assigned_to(tree: Path) -> None:
    (tree / "drivers/thing.c").write_text(_TABLES)
    text = 'SOURCE("drivers/thing.c", put, got);\nTHREAD(t) { put(3); BUG_ON(got(3) == 33); }'
    compiled = _compile(tree, text, "all")
    assert _verdict(compiled) == "UNSAFE"  # any value, as for every function without a body
    assert [(one.kind, one.name) for one in compiled.assumptions] == [("any", "slot_of")]
