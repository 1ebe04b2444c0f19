"""Whatever is fed to the compiler, what comes back is a program or a LastputError, soon."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastput.c.tree import open_tree
from lastput.errors import LastputError
from lastput.model.compile import compile_text

_SHELF = Path(__file__).parent.parent.parent / "litmus"
_SOME = ("ref/cleanup.c", "ref/lists.c", "workqueue/queues.c", "lock/waits.c", "module/selfput-in-release.c")


def _one_of(words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words.split("|"))


_TYPES = _one_of(
    "int|u8|unsigned long|struct a|struct a *|struct b|union u|void|void *|enum e|bool|typeof(x)|t"
)
_NAMES = _one_of("x|y|p|q|f|g|a|b|lock|t|current|THIS_MODULE|NULL|kfree|choose|__alloc|pick|wait_until")
_OPS = st.one_of(
    _one_of("+|-|*|/|%|&|^|<<|>>|<|<=|==|!=|&&|=|+=|-=|,|?|:|->|."), st.sampled_from(["|", "||"])
)
_EXPRESSION: st.SearchStrategy[str] = st.recursive(
    st.one_of(
        _NAMES,
        st.sampled_from(["0", "1", "-1", "0x80000000", "~0UL", '"s"', "sizeof(x)", "sizeof(struct a)"]),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, _OPS, inner).map(" ".join),
        st.tuples(_one_of("-|!|~|*|&|++|--"), inner).map("".join),
        st.tuples(_TYPES, inner).map(lambda two: f"(({two[0]}){two[1]})"),
        st.tuples(_NAMES, inner).map(lambda two: f"{two[0]}({two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"{two[0]}[{two[1]}]"),
        st.tuples(inner, _NAMES).map(lambda two: f"{two[0]}->{two[1]}"),
        st.tuples(inner, _NAMES).map(lambda two: f"({two[0]}).{two[1]}"),
        inner.map(lambda one: f"({{ {one}; }})"),
        st.tuples(_TYPES, inner).map(lambda two: f"({two[0]}){{ {two[1]} }}"),
    ),
    max_leaves=6,
)
_LEAF = st.one_of(
    _EXPRESSION.map(lambda e: f"{e};"),
    st.tuples(_TYPES, _NAMES, _EXPRESSION).map(lambda three: f"{three[0]} {three[1]} = {three[2]};"),
    st.tuples(_TYPES, _NAMES, _EXPRESSION).map(
        lambda three: f"{three[0]} {three[1]}[{three[2]}] = {{ {three[2]} }};"
    ),
    st.tuples(_TYPES, _NAMES).map(lambda two: f"{two[0]} {two[1]} __free(kfree) = NULL;"),
    _EXPRESSION.map(lambda e: f"return {e};"),
    _one_of("break;|continue;|goto l;|l:|case 1:|default:|guard(mutex)(&lock);|;|}|{"),
)
_STATEMENT: st.SearchStrategy[str] = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda some: "{ " + " ".join(some) + " }"),
        st.tuples(_EXPRESSION, inner).map(lambda two: f"if ({two[0]}) {two[1]}"),
        st.tuples(_EXPRESSION, inner).map(lambda two: f"while ({two[0]}) {two[1]}"),
        st.tuples(_EXPRESSION, inner).map(lambda two: f"switch ({two[0]}) {two[1]}"),
        st.tuples(_NAMES, inner).map(lambda two: f"for_each_instance(struct a, {two[0]}) {two[1]}"),
        st.tuples(st.sampled_from(["atomic", "plain", "acquire"]), inner).map(
            lambda two: f"{two[0]} {{ {two[1]} }}"
        ),
    ),
    max_leaves=5,
)
_FRAME = """
struct a { int x; struct a *p; struct list_head y; int b[2]; unsigned f:3; };
union u { int x; void *p; };
enum e { E1, E2 };
typedef struct a t;
static DEFINE_MUTEX(lock);
static struct a a, *p;
static int x, q;
static int g(int y) { %s }
"""


def _compile(text: str) -> None:
    """A program, or an error that says where."""
    try:
        compile_text(text, "fuzz.c")
    except LastputError as error:
        assert error.what and error.remedy


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_STATEMENT, max_size=4), st.lists(_STATEMENT, max_size=3), st.booleans())
def test_grammar(body: list[str], helper: list[str], kernel: bool) -> None:
    head = (
        "#include <lastput.h>\n"
        if kernel
        else "struct list_head { int i; };\n#define DEFINE_MUTEX(x) int x\n"
    )
    _compile(head + _FRAME % " ".join(helper) + "THREAD(t) { " + " ".join(body) + " g(1); }\n")


def _damaged(text: str, random: Random) -> str:
    """Cut off, with a stretch taken out, doubled or overwritten, or a few bits flipped."""
    at = random.randrange(len(text))
    to = min(len(text), at + random.randrange(1, 40))
    way = random.randrange(5)
    if way == 0:
        return text[:at]
    if way == 1:
        return text[:at] + text[to:]
    if way == 2:
        return text[:to] + text[at:]
    if way == 3:
        return text[:at] + "".join(chr(random.randrange(1, 256)) for _ in range(to - at)) + text[to:]
    data = bytearray(text.encode())
    for _ in range(random.randrange(1, 6)):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return data.decode("utf-8", "replace")


@pytest.mark.parametrize("name", _SOME)
def test_damaged_litmus_files(name: str) -> None:
    text = (_SHELF / name).read_text()
    random = Random(name)
    for _ in range(12):
        _compile(_damaged(text, random))


@pytest.mark.needs_tree
def test_damaged_kernel_files(tree_6_1: Path) -> None:
    read = open_tree(str(tree_6_1)).read
    path = _SHELF / "kvm" / "async_pf-real.c"
    random = Random(1)

    def damaged(name: str) -> str:
        text = read(name)
        return _damaged(text, random) if name.endswith("async_pf.c") else text

    for _ in range(15):
        try:
            compile_text(path.read_text(), str(path), None, damaged)
        except LastputError as error:
            assert error.what and error.remedy
