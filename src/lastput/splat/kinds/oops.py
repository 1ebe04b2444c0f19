"""A die() whose headline was lost, or that has none of its own: traps, invalid opcodes, machine aborts."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="oops",
    source="arch/x86/kernel/dumpstack.c: __die_header; die() of arm, arm64, powerpc, riscv, s390, mips,"
    " loongarch",
    needles=(
        b"Oops",
        b"[#",
        b"ouble fault",
        b"nhandled fault: ",
        b"BUG: ",
        b"ernel stack overflow",
        b"nsufficient stack space",
    ),
    heads=(
        Lazy(
            r"(?:Oops: )?(?P<trap>invalid opcode|divide error|stack segment|int3|bounds|alignment check"
            r"|overflow"
            r"|double fault|trap invalid opcode|segment not present|invalid TSS|coprocessor segment overrun"
            r"|control protection fault|exception handler|FRED|debug): (?P<oops>[0-9a-f]{4}) \[#"
        ),
        Lazy(r"PANIC: (?P<trap>double fault)(?:, error_code:| in) (?P<_rest>0x[0-9a-f]+)?"),
        Lazy(r"traps: (?P<trap>double fault)"),
        Lazy(r"Internal error: (?P<trap>[\w ,-]{0,60}): (?P<oops>[0-9a-f]{1,16}) \[#"),
        Lazy(
            r"Unhandled fault: (?P<trap>[\w ,()-]{1,60}?) \((?P<oops>0x[0-9a-f]{3,8})\) at "
            r"(?P<address>0x[0-9a-f]{8,16})"
        ),
        Lazy(
            r"(?P<trap>Unhandled kernel unaligned access|Reserved instruction in kernel code"
            r"|Kernel unaligned instruction access)\[#"
        ),
        Lazy(
            r"(?P<trap>(?:addressing|specification|data|operand|privileged operation"
            r"|translation specification|space switch|fixpoint divide|"
            r"fixpoint overflow|decimal \w+|HFP \w+|vector processing|special operation) exception"
            r"|illegal operation|monitor event): (?P<oops>[0-9a-f]{4}) ilc:\d"
        ),
        Lazy(r"Oops: (?P<trap>[A-Z][\w ,-]{1,60}, sig: \d{1,3}) \[#"),
        Lazy(r"(?P<trap>Insufficient stack space|Kernel stack overflow|kernel stack overflow)\b"),
        Lazy(r"Oops: (?:Oops: )?(?P<oops>[0-9a-f]{4})(?: ilc:\d)? \[#"),
        Lazy(r"Oops(?: - (?P<trap>[\w ()-]{1,60}?))? ?\[#(?P<number>\d+)\]"),
        Lazy(r"BUG: (?P<trap>stack guard page) was hit at (?P<address>[0-9a-f]{8,16})"),
        Lazy(r"BUG: (?P<trap>\w{0,8} ?stack guard page) was hit"),
    ),
    details=(
        Lazy(r"kernel stack overflow \((?P<overflow>page fault|double-fault)\)"),
        Lazy(r"(?:TASK|IRQ|overflow|entry) stack(?: range)?:"),
    ),
    absorbs=frozenset({"warning"}),
)
