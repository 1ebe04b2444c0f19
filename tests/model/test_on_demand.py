"""What a test takes from the headers of a tree, and what stands in for what is defined nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.c.tree import open_tree
from lastput.engine.search import check
from lastput.errors import LastputError
from lastput.facts.definitions.lookup import Headers
from lastput.model.compile import Compiled, compile_text
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
