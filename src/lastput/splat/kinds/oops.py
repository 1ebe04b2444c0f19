"""A die() whose headline was lost, or that has none of its own: traps, invalid opcodes, machine aborts."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="oops",
    source="arch/x86/kernel/dumpstack.c: __die_header; die() of arm, arm64, powerpc, riscv, s390, mips,"
    " loongarch",
    needles=(
        b"Oops: ",
        b"Oops[#",
        b"Oops [#",
        b"Oops - ",
        b"Internal error: ",
        b"invalid opcode: ",
        b"divide error: ",
        b"stack guard page",
        b"ouble fault",
        b"stack segment: ",
        b"segment-related",
        b"nhandled fault: ",
        b"xception in kernel mode",
        b"PANIC: ",
        b"exception: 00",
        b"operation: 00",
        b"kernel stack overflow",
        b"ernel stack overflow",
        b"illegal operation",
        b" unaligned access[#",
        b"instruction in kernel code",
    ),
    heads=(
        re.compile(
            r"(?:Oops: )?(?P<trap>invalid opcode|divide error|stack segment|int3|bounds|alignment check"
            r"|overflow"
            r"|double fault|trap invalid opcode|segment not present|invalid TSS|coprocessor segment overrun"
            r"|control protection fault|exception handler|FRED|debug): (?P<oops>[0-9a-f]{4}) \[#"
        ),
        re.compile(r"PANIC: (?P<trap>double fault)(?:, error_code:| in) (?P<_rest>0x[0-9a-f]+)?"),
        re.compile(r"traps: (?P<trap>double fault)"),
        re.compile(r"Internal error: (?P<trap>[\w ,-]{0,60}): (?P<oops>[0-9a-f]{1,16}) \[#"),
        re.compile(
            r"Unhandled fault: (?P<trap>[\w ,()-]{1,60}?) \((?P<oops>0x[0-9a-f]{3,8})\) at "
            r"(?P<address>0x[0-9a-f]{8,16})"
        ),
        re.compile(
            r"(?P<trap>Unhandled kernel unaligned access|Reserved instruction in kernel code"
            r"|Kernel unaligned instruction access)\[#"
        ),
        re.compile(
            r"(?P<trap>(?:addressing|specification|data|operand|privileged operation"
            r"|translation specification|space switch|fixpoint divide|"
            r"fixpoint overflow|decimal \w+|HFP \w+|vector processing|special operation) exception"
            r"|illegal operation|monitor event): (?P<oops>[0-9a-f]{4}) ilc:\d"
        ),
        re.compile(r"Oops: (?P<trap>[A-Z][\w ,-]{1,60}, sig: \d{1,3}) \[#"),
        re.compile(r"(?P<trap>Insufficient stack space|Kernel stack overflow|kernel stack overflow)\b"),
        re.compile(r"Oops: (?:Oops: )?(?P<oops>[0-9a-f]{4})(?: ilc:\d)? \[#"),
        re.compile(r"Oops(?: - (?P<trap>[\w ()-]{1,60}?))? ?\[#(?P<number>\d+)\]"),
        re.compile(r"BUG: (?P<trap>stack guard page) was hit at (?P<address>[0-9a-f]{8,16})"),
        re.compile(r"BUG: (?P<trap>\w{0,8} ?stack guard page) was hit"),
    ),
    details=(
        re.compile(r"kernel stack overflow \((?P<overflow>page fault|double-fault)\)"),
        re.compile(r"(?:TASK|IRQ|overflow|entry) stack(?: range)?:"),
    ),
    absorbs=frozenset({"warning"}),
)
