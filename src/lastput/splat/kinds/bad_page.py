"""Pages and page tables that the memory management does not recognise."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="bad-page",
    source="mm/page_alloc.c: bad_page; mm/memory.c: print_bad_pte; kernel/fork.c: check_mm",
    needles=(b"BUG: Bad page ", b"BUG: Bad rss-counter", b"BUG: non-zero pgtables_bytes", b"BUG: Bad swap "),
    heads=(
        re.compile(
            r"BUG: (?P<what>Bad page state) in process (?P<comm>.{1,24}?) {1,4}pfn:(?P<pfn>[0-9a-f]{1,16})"
        ),
        re.compile(
            r"BUG: (?P<what>Bad page (?:map|cache)) in process (?P<comm>.{1,24}?) {1,4}(?:pte|pfn|pmd)"
        ),
        re.compile(
            r"BUG: (?P<what>Bad (?:rss-counter state|page state|page map|swap \w+)|non-zero pgtables_bytes)"
        ),
    ),
    details=(
        re.compile(r"page dumped because: (?P<reason>.{1,100})"),
        re.compile(r"page:|flags:|raw:|addr:|file:|bad because of flags|head:|page_type:"),
    ),
)
