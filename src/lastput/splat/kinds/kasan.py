"""KASAN: an access to memory that is freed, or outside of what was allocated; a second free."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.schema.splat import Role
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="kasan",
    source="mm/kasan/report.c: print_error_description, describe_object_stacks",
    needles=(
        b"BUG: ",
        b"AddressSanitizer: ",
    ),
    heads=(
        Lazy(r"BUG: KASAN: (?P<what>[\w-]{1,60}) (?:in|on|at) address (?P<address>[0-9a-f]{8,16})"),
        Lazy(
            r"BUG: KASAN: (?P<what>double-free or invalid-free|[\w -]{1,60}?) (?:in|on) "
            r"(?P<at>[\w.$]{1,200})(?:\+0x|$| )"
        ),
        Lazy(r"BUG: KASAN: (?P<what>[\w-]{1,60})"),
        Lazy(r"AddressSanitizer: (?P<what>[\w-]{1,60}) (?:on|in) address (?P<address>[0-9a-f]{8,16})"),
    ),
    details=(
        Lazy(
            r"(?P<access>Read|Write) of size (?P<bytes>\d{1,10}) (?:at addr |by task )(?P<address>[0-9a-f"
            r"(]{6,16})\)?"
            r"(?: by task (?P<comm>.{1,24})/(?P<pid>\d{1,10}))?"
        ),
        Lazy(
            r"(?P<access>Read|Write) at addr (?P<address>[0-9a-f]{16}) by task"
            r" (?P<comm>.{1,24})/(?P<pid>\d{1,10})"
        ),
        Lazy(r"Pointer tag: \[(?P<tag>[0-9a-f]{2})\], memory tag: \[(?P<memory_tag>[0-9a-f]{2})\]"),
        Lazy(
            r"(?P<access>Free) of addr (?P<address>[0-9a-f]{8,16}) by task"
            r" (?P<comm>.{1,24})/(?P<pid>\d{1,10})"
        ),
        Lazy(r"The buggy address belongs to the object at (?P<object>[0-9a-f]{8,16})"),
        Lazy(r"which belongs to the cache (?P<cache>\S{1,80}) of size (?P<object_size>\d{1,10})"),
        Lazy(
            r"Object at (?P<object>[0-9a-f]{8,16}), in cache (?P<cache>\S{1,80}) size: "
            r"(?P<object_size>\d{1,10})"
        ),
        Lazy(r"which is a struct (?P<type>\w{1,80})"),
        Lazy(r"The buggy address is located (?P<offset>\d{1,10}) bytes (?P<side>inside|to the \w+) of"),
        Lazy(r"(?P<_state>freed|allocated) [\d]{1,10}-byte region"),
        Lazy(
            r"The buggy address belongs to (?P<memory>stack of task|the variable|the vmalloc"
            r"|the physical page|the virtual mapping)"
        ),
        Lazy(
            r"The buggy address (?:belongs|is)\b|Memory state around|page:|flags:|raw:|page_type:|page dumped"
        ),
        Lazy(r">?[0-9a-f]{16}: [0-9a-f]{2}(?: [0-9a-f]{2}){3}|\^$|head:|ffff[0-9a-f]{12}: "),
    ),
    stacks=(
        (Lazy(r"Allocated(?: by task (?P<pid>\d{1,10})|:$)"), Role.ALLOCATED),
        (Lazy(r"Freed(?: by task (?P<pid>\d{1,10})|:$)"), Role.FREED),
        (Lazy(r"(?:Last potentially related work creation|Last call_rcu\(\)):?"), Role.QUEUED),
        (
            Lazy(r"(?:Second to last potentially related work creation|Second to last call_rcu\(\)):?"),
            Role.QUEUED_BEFORE,
        ),
    ),
    end=Lazy(r"={60,80}$"),
    absorbs=frozenset({"warning"}),
)
