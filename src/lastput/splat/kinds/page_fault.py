"""A fault of the kernel on an address: reads, writes, and fetches of instructions that are gone."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.draft import Draft
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

_X86_CODE = Lazy(r"Oops: (?:Oops: )?(?P<oops>[0-9a-f]{4})(?: ilc:\d)? \[#(?P<number>\d+)\]")
_RISCV = Lazy(
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
        b"BUG: ",
        b"nable to handle ",
    ),
    heads=(
        Lazy(r"BUG: (?P<null>kernel NULL pointer dereference), address: (?P<address>[0-9a-f]{8,16})"),
        Lazy(r"BUG: unable to handle (?:kernel )?page fault for address: (?P<address>[0-9a-f]{8,16})"),
        Lazy(
            r"BUG: unable to handle kernel (?:paging request|(?P<null>NULL pointer dereference))"
            r"(?: at (?:virtual address )?(?:(?P<address>[0-9a-f]{8,16})| {0,20}\(null\)))"
        ),
        Lazy(r"BUG: unable to handle kernel (?:paging request|(?P<null>NULL pointer dereference))"),
        Lazy(
            r"Unable to handle kernel (?P<what>[\w ]{1,60}?)"
            r" at virtual address (?P<address>[0-9a-f]{8,16})(?: when (?P<mode>read|write|execute))?"
            r"(?:, (?:epc|era) == (?P<_pc>[0-9a-f]+))?"
        ),
        # PowerPC, since 5.2 and before
        Lazy(
            r"BUG: (?:Unable to handle kernel (?:data access|unaligned access|instruction fetch)|"
            r"(?P<null>Kernel NULL pointer dereference))"
            r"(?: \((?P<_note>[\w ?]{1,30})\))?(?: on (?P<mode>read|write))? at (?P<address>0x[0-9a-f]{8,16})"
        ),
        Lazy(r"BUG: Unable to handle kernel (?P<access>instruction fetch)"),
        Lazy(
            r"Unable to handle kernel paging request for (?P<mode>data|instruction fetch|unaligned access)"
            r"(?: at address (?P<address>0x[0-9a-f]{8,16}))?"
        ),
        Lazy(
            r"Unable to handle kernel (?P<what>pointer dereference)(?: at virtual kernel address "
            r"(?P<address>[0-9a-f]{8,16})| in virtual kernel address space)"
        ),
        Lazy(r"Unable to handle kernel (?P<what>paging request|NULL pointer dereference|access)\b"),
    ),
    details=(
        Lazy(r"#PF: (?P<mode>supervisor|user) (?P<access>instruction fetch|read access|write access)"),
        Lazy(r"#PF: error_code\((?P<error_code>0x[0-9a-f]{4,16})\) - (?P<page>.{1,40})"),
        Lazy(r"Internal error: Oops(?: - [\w ]{1,40})?: (?P<oops>[0-9a-f]{1,16}) \[#(?P<number>\d+)\]"),
        Lazy(r"Failing address: (?P<address>[0-9a-f]{16}) TEID: [0-9a-f]{16}"),
        Lazy(r"Faulting instruction address: 0x[0-9a-f]{8,16}"),
        Lazy(r"Fault in [\w ]{1,40} mode while using"),
        Lazy(r"EC = 0x[0-9a-f]{2}: (?P<exception>[\w ()]{1,40})"),
        Lazy(r"FSC = 0x[0-9a-f]{2}: (?P<page>[\w ]{1,40})"),
        Lazy(r"CM = \d, WnR = (?P<write>\d)"),
        Lazy(r"KASAN: (?P<kasan>[\w -]{1,40}) in range \[(?P<low>0x[0-9a-f]{16})-(?P<high>0x[0-9a-f]{16})\]"),
    ),
    take=_take,
    absorbs=frozenset({"oops"}),
)
