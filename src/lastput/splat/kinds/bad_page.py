"""Pages and page tables that the memory management does not recognise."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="bad-page",
    source="mm/page_alloc.c: bad_page; mm/memory.c: print_bad_pte; kernel/fork.c: check_mm",
    needles=(b"BUG: ",),
    heads=(
        Lazy(r"BUG: (?P<what>Bad page state) in process (?P<comm>.{1,24}?) {1,4}pfn:(?P<pfn>[0-9a-f]{1,16})"),
        Lazy(r"BUG: (?P<what>Bad page (?:map|cache)) in process (?P<comm>.{1,24}?) {1,4}(?:pte|pfn|pmd)"),
        Lazy(
            r"BUG: (?P<what>Bad (?:rss-counter state|page state|page map|swap \w+)|non-zero pgtables_bytes)"
        ),
    ),
    details=(
        Lazy(r"page dumped because: (?P<reason>.{1,100})"),
        Lazy(r"page:|flags:|raw:|addr:|file:|bad because of flags|head:|page_type:"),
    ),
)
