"""What a header defines, found without parsing it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lastput.facts.definitions.scan import Kind, included, scan

_HEADER = r"""
/* SPDX: "enum { NOT_ME };" */
#ifndef _LINUX_THING_H
#define _LINUX_THING_H
#include <linux/types.h>
#include "beside.h"

#define THING_MAX 8	/* { */
#define to_thing(d) \
	/* a thing,
	by what is in it */ \
	container_of(d, struct thing, dev)

enum thing_state {
	THING_OFF,
	THING_ON = (1 << 3), /* , NOT_ME */
	THING_LAST = THING_PAIR(1, 2),
};

typedef int (*thing_fn_t)(struct thing *t, void *data);
typedef struct { int x; } point_t;
typedef u32 __bitwise thing_flags_t;

struct thing {
	struct { int inner; } part;
	thing_fn_t fn;
} __attribute__((packed));

struct later;
extern struct list_head thing_list;
extern int thing_register(struct thing *t) __must_check;
int __printf(2, 3) thing_say(struct thing *t, const char *fmt, ...);
static const struct later defaults = { .a = 1 };

#ifdef CONFIG_THING
static inline __attribute__((const)) bool thing_on(struct thing *t)
{
	if (t) { return '}'; }
	return "}";
}
#else
static inline bool thing_on(struct thing *t) { return false; }
#endif
DECLARE_THING(x);
#endif
"""


def test_what_a_header_defines() -> None:
    found = [(one.name, one.kind.name) for one in scan(_HEADER)]
    assert sorted(found) == sorted(
        [
            ("_LINUX_THING_H", "MACRO"),
            ("THING_MAX", "MACRO"),
            ("to_thing", "MACRO"),
            ("THING_OFF", "ENUMERATOR"),
            ("THING_ON", "ENUMERATOR"),
            ("THING_LAST", "ENUMERATOR"),
            ("thing_fn_t", "TYPEDEF"),
            ("point_t", "TYPEDEF"),
            ("thing_flags_t", "TYPEDEF"),
            ("thing", "STRUCT"),
            ("thing_list", "EXTERN"),
            ("thing_register", "PROTOTYPE"),
            ("thing_say", "PROTOTYPE"),
            ("defaults", "VARIABLE"),
            ("thing_on", "FUNCTION"),
            ("thing_on", "FUNCTION"),
        ]
    )
    assert included(_HEADER) == [("linux/types.h", True), ("beside.h", False)]


def test_the_text_of_an_item_is_whole() -> None:
    texts = {one.name: _HEADER[one.start : one.end] for one in scan(_HEADER)}
    assert texts["to_thing"].endswith("dev)")
    assert texts["THING_ON"].startswith("enum thing_state {") and texts["THING_ON"].endswith("};")
    assert texts["thing"].endswith("((packed));")
    assert all(_HEADER.split("\n")[one.line - 1].strip() for one in scan(_HEADER))


@given(st.text(st.sampled_from("{}();=,#\"'\\/*\n a_1structenumtypdf"), max_size=200))
def test_no_text_is_too_odd(text: str) -> None:
    for one in scan(text):
        assert 0 <= one.start <= one.end <= len(text)
        assert isinstance(one.kind, Kind)
