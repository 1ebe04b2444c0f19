"""The C that every exported model shares: tables of the address space, memory, pools, reports.

Everything here works on ``now``, pan's current state. An *index* is a place in the order of
``Layout``; addresses are those of the IR.
"""

from __future__ import annotations

__all__ = ["memory_text", "report_text", "table"]

from lastput.engine.program import (
    FUNCTION_BASE,
    LIFE_ALIVE,
    LIFE_FREED,
    LIFE_UNUSED,
    ErrorClass,
    Op,
    Program,
)
from lastput.engine.promela_layout import ARRAYS, Layout

_ARITHMETIC = """
static inline lp_int lp_div(lp_int a, lp_int b) { return b == 0 ? 0 : a / b; }
static inline lp_int lp_mod(lp_int a, lp_int b) { return b == 0 ? 0 : a % b; }
static inline lp_int lp_shl(lp_int a, lp_int b) { return (lp_int)((unsigned long long)a << (b & 63)); }
static inline lp_int lp_shr(lp_int a, lp_int b) { return a >> (b & 63); }
"""


def report_text(oracle: bool) -> str:
    """How errors are told: printed once per class and survived, or left to pan's own ``uerror``."""
    head = _HEAD.replace("SLUGS", ", ".join(f'"{error.slug}"' for error in ErrorClass))
    return head + (_ORACLE_REPORT if oracle else _PAN_REPORT)


_HEAD = r"""
typedef long long lp_int;
typedef int lp_word;
extern uchar *_this;
extern uchar *stopstate[];
extern void (*uerror)(char *);
static const char *const lp_slug[] = { SLUGS };
static int lp_trapped = 0;
static void lp_trap(const char *what, int n)
{ if (!lp_trapped) printf("lastput-trap: %s, %d\n", what, n); lp_trapped = 1; fflush(stdout); }
static void lp_range(int group, lp_int v)
{ if (!lp_trapped) printf("lastput-trap: %lld is outside the range of group, %d\n", v, group);
lp_trapped = 1; fflush(stdout); }
"""

_ORACLE_REPORT = r"""
static unsigned lp_told = 0;
static int lp_left_out(int location)
{ lp_trap("a location that was left out is reached", location); return 0; }
static void lp_error(unsigned mask, const char *where)
{ int i; mask &= ~lp_told; lp_told |= mask;
for (i = 0; mask >> i; i++) if (mask >> i & 1) printf("lastput-finding: %s at %s\n", lp_slug[i], where);
fflush(stdout); }
static void lp_warned(unsigned mask, const char *where) { if (mask & ~lp_told) lp_error(mask, where); }
"""

_PAN_REPORT = r"""
static void lp_error(unsigned mask, const char *where)
{ static char text[400]; int i = 31; while (i && !(mask >> i & 1)) i--;
snprintf(text, sizeof text, "lastput: %s at %s", lp_slug[i], where); uerror(text); }
static void lp_warned(unsigned mask, const char *where) { lp_error(mask, where); }
static int lp_left_out(int location)
{ lp_trap("a location that was left out is reached", location); uerror("left out"); return 0; }
"""


def table(name: str, values: list[int], ctype: str = "") -> str:
    kind = ctype or "lp_word"
    rows = [", ".join(str(v) for v in values[i : i + 16]) for i in range(0, len(values), 16)]
    return f"static const {kind} {name}[{max(1, len(values))}] = {{\n" + ",\n".join(rows or ["0"]) + " };"


def memory_text(program: Program, layout: Layout, flags: int, held: bool, checked: bool) -> list[str]:
    """Pieces of C, in order: address tables, loads and stores, ALLOC, FREE, PICK, INST.

    ``flags`` counts the ``started`` flags; they follow after the last index. ``held``: some steps hold
    their stores back; ``checked``: values must be in their ranges.
    """
    objects = program.objects
    lives = [objects[o].life if o >= 0 else -1 for o in program.owner]
    heap = [-1] * len(program.cells)
    for number, item in enumerate(objects):
        if item.heap and 0 < item.base < len(heap):
            heap[item.base] = number
    pieces = [
        _ARITHMETIC,
        table("lp_cell", [layout.index[s] if s >= 0 else -1 for s in program.cells]),
        table("lp_life", [layout.index[s] if s >= 0 else -1 for s in lives]),
        table("lp_heap", heap),
        table("lp_base", [item.base for item in objects]),
        table("lp_size", [item.size for item in objects]),
        table("lp_objlife", [layout.index[item.life] if item.life >= 0 else -1 for item in objects]),
        _access_text(program, layout, flags, held, checked),
        _HELD if held else "",
        _HEAP.format(addresses=len(program.cells), unused=LIFE_UNUSED, alive=LIFE_ALIVE, freed=LIFE_FREED),
    ]
    used = {(Op(row[0]), row[2]) for row in program.code if row[0] in (Op.ALLOC, Op.PICK, Op.INST)}
    for pool in sorted({number for op, number in used if op is Op.ALLOC}):
        pieces.append(table(f"lp_pool{pool}", list(program.pools[pool].objects)))
        count = len(program.pools[pool].objects)
        pieces.append(f"static lp_int lp_alloc{pool}(void) {{ return lp_alloc(lp_pool{pool}, {count}); }}")
    for kind in sorted({number for op, number in used if op is not Op.ALLOC}):
        addresses = program.instances[kind].addresses
        args = f"lp_kind{kind}, {len(addresses)}"
        pieces += [
            table(f"lp_kind{kind}", list(addresses)),
            f"static lp_int lp_pick{kind}(int at, int ch) {{ return lp_pick({args}, at, ch); }}",
            f"static lp_int lp_inst{kind}(lp_int past) {{ return lp_inst({args}, past); }}",
        ]
    return pieces


_GET_HELD = "{ int j; for (j = 0; j < lp_held; j++) if (lp_place[j] == i) return lp_value[j]; }"
_PUT_HELD = """if (lp_holds) { int j; for (j = 0; j < lp_held && lp_place[j] != i; j++) ;
lp_place[j] = i; lp_value[j] = v; lp_held += j == lp_held; return; }"""

# Stores are held back between lp_hold and lp_drop, or lp_flush, which makes them.
_HELD = """
static void lp_hold(void) { lp_holds = 1; lp_held = 0; }
static void lp_drop(void) { lp_holds = lp_held = 0; }
static void lp_flush(void)
{ int n = lp_held, i; lp_drop(); for (i = 0; i < n; i++) lp_put(lp_place[i], lp_value[i]); }
"""

_HEAP = """
static inline int lp_at(lp_int a)
{{ int k;
if (a <= 0 || a >= {addresses} || (k = lp_cell[a]) < 0) return -8;
if (lp_life[a] >= 0 && lp_get(lp_life[a]) != {alive}) return -2;
return k; }}
static inline int lp_alive(lp_int a) {{ return lp_life[a] < 0 || lp_get(lp_life[a]) == {alive}; }}
static void lp_zero(int o)
{{ int a, end = lp_base[o] + lp_size[o];
for (a = lp_base[o]; a < end; a++) if (lp_cell[a] >= 0) lp_put(lp_cell[a], 0); }}
static int lp_free(lp_int a)
{{ int o;
if (a == 0) return 1;
if (a < 0 || a >= {addresses} || (o = lp_heap[a]) < 0 || lp_get(lp_objlife[o]) != {alive}) return 0;
lp_put(lp_objlife[o], {freed}); lp_zero(o); return 1; }}
static lp_int lp_alloc(const lp_word *pool, int n)
{{ int i;
for (i = 0; i < n; i++) if (lp_get(lp_objlife[pool[i]]) == {unused})
{{ lp_put(lp_objlife[pool[i]], {alive}); lp_zero(pool[i]); return lp_base[pool[i]]; }}
lp_trap("a pool overflows", pool[0]); return 0; }}
static lp_int lp_pick(const lp_word *all, int n, int at, int ch)
{{ int i;
for (i = 0; i < n; i++) if (lp_alive(all[i]) && lp_get(lp_cell[all[i] + at]) != 0 && ch-- == 0) return all[i];
return 0; }}
static lp_int lp_inst(const lp_word *all, int n, lp_int past)
{{ int i; for (i = 0; i < n; i++) if (all[i] > past && lp_alive(all[i])) return all[i]; return 0; }}
"""
assert (ErrorClass.NULL_DEREF, ErrorClass.USE_AFTER_FREE) == (8, 2)


def _access_text(program: Program, layout: Layout, flags: int, held: bool, checked: bool) -> str:
    addresses = len(program.cells)
    codings = [layout.codings[program.slots[slot].group] for slot in layout.order]
    # The table of constants holds the values themselves.
    bias = [how.bias if how.bits else 0 for how in codings]
    jump = [int(how.jump > 0) for how in codings]
    shift = FUNCTION_BASE - addresses
    parts = [
        f"static inline lp_int lp_far(lp_int v) {{ return v >= {addresses} ? v + {shift} : v; }}",
        f"static inline lp_int lp_near(lp_int v) {{ return v >= {FUNCTION_BASE} ? v - {shift} : v; }}",
        table("lp_constant", [how.low for how in codings if not how.bits], "int"),
        table("lp_bias", bias, "int"),
        table("lp_jump", jump, "char"),
        f"static int lp_holds, lp_held, lp_place[{max(1, len(codings) + flags)}];",
        f"static lp_int lp_value[{max(1, len(codings) + flags)}];",
        "static inline lp_int lp_get(int i)\n{ lp_int v;",
        _GET_HELD if held else "",
        f"if (i >= {len(codings)}) return now.started[i - {len(codings)}];" if flags else "",
        _by_array(layout, "v = {};"),
        "v += lp_bias[i];" if any(bias) else "",
        "if (lp_jump[i]) v = lp_far(v);" if any(jump) else "",
        "return v; }",
    ]
    if checked:
        parts += [
            table("lp_low", [how.low for how in codings], "int"),
            table("lp_high", [how.high for how in codings], "int"),
            table("lp_group", [program.slots[slot].group for slot in layout.order]),
        ]
    parts += [
        "static inline void lp_put(int i, lp_int v)\n{",
        _PUT_HELD if held else "",
        f"if (i >= {len(codings)}) {{ now.started[i - {len(codings)}] = v; return; }}" if flags else "",
        "if (v < lp_low[i] || v > lp_high[i]) lp_range(lp_group[i], v);" if checked else "",
        "if (lp_jump[i]) v = lp_near(v);" if any(jump) else "",
        "v -= lp_bias[i];" if any(bias) else "",
        _by_array(layout, "{} = v;"),
        "}",
    ]
    return "\n".join(part for part in parts if part)


def _by_array(layout: Layout, action: str) -> str:
    """``action`` on the place of index i."""
    first = 0
    arms = []
    for name, count in zip(ARRAYS, layout.counts, strict=True):
        if not count:
            continue
        cell = f"now.{name}[i - {first}]" if name != "K" else f"lp_constant[i - {first}]"
        # To store into a constant is nothing to do: the range check has seen that it fits.
        act = ";" if name == "K" and action.startswith("{}") else action.format(cell)
        first += count
        arms.append(f"if (i < {first}) {act}")
    return " else ".join(arms) if arms else action.replace("{}", "v")
