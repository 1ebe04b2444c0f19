"""A fault of the kernel on an address: reads, writes, and fetches of instructions that are gone."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="page-fault",
    source="arch/x86/mm/fault.c: show_fault_oops; arch/arm64/mm/fault.c: die_kernel_fault",
    needles=(b"kernel NULL pointer deref", b"page fault for address", b"Unable to handle kernel"),
    heads=(
        re.compile(r"BUG: (?P<null>kernel NULL pointer dereference), address: (?P<address>[0-9a-f]{8,16})"),
        re.compile(r"BUG: unable to handle (?:kernel )?page fault for address: (?P<address>[0-9a-f]{8,16})"),
        re.compile(
            r"BUG: unable to handle kernel (?:paging request|(?P<null>NULL pointer dereference))"
            r" at (?P<address>[0-9a-f]{8,16})"
        ),
        re.compile(
            r"Unable to handle kernel (?P<what>[\w ]{1,60}?) at virtual address (?P<address>[0-9a-f]{8,16})"
        ),
    ),
    details=(
        re.compile(r"#PF: (?P<mode>supervisor|user) (?P<access>instruction fetch|read access|write access)"),
        re.compile(r"#PF: error_code\((?P<error_code>0x[0-9a-f]{4,16})\) - (?P<page>.{1,40})"),
        re.compile(r"Oops: (?:Oops: )?(?P<oops>[0-9a-f]{4}) \[#(?P<number>\d+)\]"),
        re.compile(r"Internal error: Oops: (?P<oops>[0-9a-f]{8,16}) \[#(?P<number>\d+)\]"),
        re.compile(r"EC = 0x[0-9a-f]{2}: (?P<exception>[\w ()]{1,40})"),
        re.compile(r"FSC = 0x[0-9a-f]{2}: (?P<page>[\w ]{1,40})"),
        re.compile(r"CM = \d, WnR = (?P<write>\d)"),
        re.compile(
            r"KASAN: (?P<kasan>[\w-]{1,40}) in range \[(?P<low>0x[0-9a-f]{16})-(?P<high>0x[0-9a-f]{16})\]"
        ),
    ),
    absorbs=frozenset({"oops"}),
)
