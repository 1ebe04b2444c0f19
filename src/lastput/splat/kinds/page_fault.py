"""A fault of the kernel on an address: reads, writes, and fetches of instructions that are gone."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.draft import Draft
from lastput.splat.kinds import Kind

_X86_CODE = re.compile(r"Oops: (?:Oops: )?(?P<oops>[0-9a-f]{4})(?: ilc:\d)? \[#(?P<number>\d+)\]")
_RISCV = re.compile(
    r"status: [0-9a-f]{8,16} (?:badaddr|stval): (?P<address>[0-9a-f]{8,16}) cause: (?P<cause>[0-9a-f]{8,16})"
)
_CAUSES = {1: "instruct"
              "ion fetch", 12: "instruction fetch", 5: "read access", 13: "read access", 7: "write access",
           15: "write access"}  # fmt: skip


def _take(draft: Draft, text: str) -> bool:
    """What the code of an exception says of the access."""
    match = _RISCV.match(text)
    if match is not None:
        draft.arch = "riscv"
        access = _CAUSES.get(int(match["cause"], 16) & 0xFF)
        draft.learn({"address": match["address"], "access": access})
        return True
    match = _X86_CODE.match(text)
    if match is not None:
        draft.learn(match.groupdict())
        return True
    return False


KIND = Kind(
    name="page-fault",
    source="arch/x86/mm/fault.c: show_fault_oops; fault.c of arm, arm64, powerpc, riscv, s390, mips,"
    " loongarch",
    needles=(
        b"NULL pointer deref",
        b"page fault for address",
        b"nable to handle kernel",
        b"data access on ",
        b"instruction fetch",
        b"nable to handle unknown",
    ),
    heads=(
        re.compile(r"BUG: (?P<null>kernel NULL pointer dereference), address: (?P<address>[0-9a-f]{8,16})"),
        re.compile(r"BUG: unable to handle (?:kernel )?page fault for address: (?P<address>[0-9a-f]{8,16})"),
        re.compile(
            r"BUG: unable to handle kernel (?:paging request|(?P<null>NULL pointer dereference))"
            r"(?: at (?:virtual address )?(?:(?P<address>[0-9a-f]{8,16})| {0,20}\(null\)))"
        ),
        re.compile(r"BUG: unable to handle kernel (?:paging request|(?P<null>NULL pointer dereference))"),
        re.compile(
            r"Unable to handle kernel (?P<what>[\w ]{1,60}?)"
            r" at virtual address (?P<address>[0-9a-f]{8,16})(?: when (?P<mode>read|write|execute))?"
            r"(?:, (?:epc|era) == (?P<_pc>[0-9a-f]+))?"
        ),
        # PowerPC, since 5.2 and before
        re.compile(
            r"BUG: (?:Unable to handle kernel (?:data access|unaligned access|instruction fetch)|"
            r"(?P<null>Kernel NULL pointer dereference))"
            r"(?: \((?P<_note>[\w ?]{1,30})\))?(?: on (?P<mode>read|write))? at (?P<address>0x[0-9a-f]{8,16})"
        ),
        re.compile(
            r"BUG: (?P<null>Kernel NULL pointer dereference)(?: on (?P<mode>read|write))? at "
            r"(?P<address>0x[0-9a-f]{8,16})"
        ),
        re.compile(r"BUG: Unable to handle kernel (?P<access>instruction fetch)"),
        re.compile(
            r"Unable to handle kernel paging request for (?P<mode>data|instruction fetch|unaligned access)"
            r"(?: at address (?P<address>0x[0-9a-f]{8,16}))?"
        ),
        re.compile(
            r"Unable to handle kernel (?P<what>pointer dereference)(?: at virtual kernel address "
            r"(?P<address>[0-9a-f]{8,16})| in virtual kernel address space)"
        ),
        re.compile(r"Unable to handle kernel (?P<what>paging request|NULL pointer dereference|access)\b"),
    ),
    details=(
        re.compile(r"#PF: (?P<mode>supervisor|user) (?P<access>instruction fetch|read access|write access)"),
        re.compile(r"#PF: error_code\((?P<error_code>0x[0-9a-f]{4,16})\) - (?P<page>.{1,40})"),
        re.compile(r"Internal error: Oops(?: - [\w ]{1,40})?: (?P<oops>[0-9a-f]{1,16}) \[#(?P<number>\d+)\]"),
        re.compile(r"Failing address: (?P<address>[0-9a-f]{16}) TEID: [0-9a-f]{16}"),
        re.compile(r"Faulting instruction address: 0x[0-9a-f]{8,16}"),
        re.compile(r"Fault in [\w ]{1,40} mode while using"),
        re.compile(r"EC = 0x[0-9a-f]{2}: (?P<exception>[\w ()]{1,40})"),
        re.compile(r"FSC = 0x[0-9a-f]{2}: (?P<page>[\w ]{1,40})"),
        re.compile(r"CM = \d, WnR = (?P<write>\d)"),
        re.compile(
            r"KASAN: (?P<kasan>[\w -]{1,40}) in range \[(?P<low>0x[0-9a-f]{16})-(?P<high>0x[0-9a-f]{16})\]"
        ),
    ),
    take=_take,
    absorbs=frozenset({"oops"}),
)
