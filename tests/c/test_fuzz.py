"""Whatever is thrown at the front end: a result or a LastputError, and soon."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lastput.c import syntax as c
from lastput.c.lex import lex
from lastput.c.parse import parse_function, parse_unit
from lastput.c.preprocess import Preprocessor
from lastput.errors import LastputError
from tests.c.helpers import DIRECTIVES
from tests.c.test_units import KERNEL, LITMUS

SOURCE = """
#ifdef CONFIG_KVM
#define list_for_each_entry(pos, head, member) \\
	for (pos = list_first_entry(head, typeof(*pos), member); \\
		&pos->member != (head); pos = list_next_entry(pos, member))
#else
#error "no"
#endif
#define dbg(fmt, args...) printk(KERN_DEBUG "kvm" fmt, ##args)
#define JOIN(a, b) a##b
#if IS_ENABLED(CONFIG_KVM) && (1 + 2 * 3 == 7 || defined(FOO))
typedef void (*work_func_t)(struct work_struct *work);
struct kvm_async_pf {
	struct work_struct work;
	struct list_head link, queue;
	unsigned long addr __aligned(8);
	bool wakeup_all:1;
	union { int a; char b[16]; };
};
#endif
static struct file_operations fops = { .release = f, .owner = THIS_MODULE, [3 ... 4] = { 1 } };
static void __init async_pf_execute(struct work_struct *work)
{
	struct kvm_async_pf *apf = container_of(work, struct kvm_async_pf, work);
	gpa_t cr2 = (gpa_t)apf->addr, *p = &(u64){ 0 };

	list_for_each_entry(apf, &vcpu->async_pf.done, link) {
		if (!apf->work.func || cr2 == 'x')
			continue;
		dbg("%p " JOIN("a", "b"), apf ?: NULL);
	}
	switch (x) { case 1 ... 3: goto out; default: break; }
	do { y = ({ int z = f(x); z << 2; }); } while (--n > 0x10UL);
	asm volatile("nop" : : "r" (x));
out:	atomic { wait_until(refs == 0); for_each_instance(struct kvm, k) { k->dead = 1; } }
	return;
}
EXPORT_SYMBOL_GPL(async_pf_execute);
"""

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


#: Seconds of CPU. Each text takes far less than one; what grows with the square of its length takes minutes.
_HANGS = 10


def read(text: str) -> None:
    """The whole way; anything but a LastputError, or a hang, fails the test."""
    start = time.process_time()
    for strict in (False, True):
        try:
            typedefs: set[str] = set()
            tokens = Preprocessor({"CONFIG_KVM": "1"}).run(text, "a.c", strict)
            unit = parse_unit(tokens, "a.c", DIRECTIVES, strict, typedefs)
        except LastputError as error:
            assert error.what
            assert error.remedy
            continue
        for item in unit.items:
            if isinstance(item, c.FunctionStub):
                try:
                    parse_function(item, typedefs)
                except LastputError as error:
                    assert error.place is not None
    assert time.process_time() - start < _HANGS


@pytest.mark.parametrize("text", [SOURCE, KERNEL, LITMUS])
def test_every_truncation(text: str) -> None:
    read(text)
    for end in range(0, len(text), 11):
        read(text[:end])


@QUICK
@given(st.data())
def test_flipped_bits(data: st.DataObject) -> None:
    text = bytearray((SOURCE + KERNEL).encode())
    for _ in range(data.draw(st.integers(1, 8))):
        text[data.draw(st.integers(0, len(text) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    read(text.decode("utf-8", "replace"))


@QUICK
@given(st.data())
def test_pieces_moved_about(data: st.DataObject) -> None:
    """Tokens dropped, doubled and swapped: closer to C than flipped bits are."""
    words = [("\n" if t.first else " " * t.space) + t.text for t in lex(SOURCE, "a.c")]
    for _ in range(data.draw(st.integers(1, 6))):
        i = data.draw(st.integers(0, len(words) - 1))
        j = data.draw(st.integers(0, len(words) - 1))
        match data.draw(st.sampled_from(["drop", "double", "swap", "cut"])):
            case "drop":
                words[i] = ""
            case "double":
                words[i] *= 2
            case "swap":
                words[i], words[j] = words[j], words[i]
            case "cut":
                del words[min(i, j) : max(i, j)]
                words.append("")
    read("".join(words))


_WORDS = """if ( ) { } [ ] ; , : ? = == * & && - -> . ... 1 0x 'a' "s" x y foo_t u32 struct union enum int
    typeof sizeof return goto case default while for do else static typedef asm #define #if #endif #else # ##
    __VA_ARGS__ defined F( MODULE( THREAD( atomic for_each_instance( __attribute__(( ) /* */ // \\ ' " @"""
_FRAGMENTS = [*_WORDS.split(), "\n", "\0"]


@QUICK
@given(st.lists(st.sampled_from(_FRAGMENTS), max_size=60))
@example(["F(", "F(", "\n"])
def test_fragments(words: list[str]) -> None:
    read("#define F(a, ...) a F(##__VA_ARGS__) #a\nint f(int x)\n{\n" + " ".join(words) + "\n}\nint y;\n")
    read(" ".join(words))


@QUICK
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    read(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "{" * 20_000,
        "struct a {\n" * 5_000,
        "int x = {\n" * 5_000,
        "/*" * 20_000,
        '"' * 20_001,
        '"\\' * 1_500,
        "#if 1\n" * 5_000,
        "#if 0\n#else\n" * 5_000,
        "int f(void) {\n" * 3_000,
        "int a(\n" * 5_000,
        ("struct a {\n" + "int x;\n" * 300) * 30,
        ("struct a {\n" + "int x;\n" * 300) * 30 + "}" * 30,
        "struct a {\n" * 5_000 + "};\n" * 5_000,
        "typeof(" * 5_000,
        "void (*" * 5_000,
        "int x, " * 5_000,
        "#define A B\n#define B A\n" + "A " * 20_000,
        "#define A(x) A(x)\n" + "A(" * 90 + ")" * 90,
        "#define F(x) x\n" + "F " * 20_000 + "(1)",
        "static F(x) { " * 3_000,
        "int x " + "__foo(1) " * 5_000,
        " " * 100_000,
        "a\\\n" * 20_000,
    ],
)
def test_large_nonsense_is_quick(text: str) -> None:
    read(text)
