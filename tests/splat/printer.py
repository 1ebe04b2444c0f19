"""How kernels of several ages and machines print a report: our own logs are written with it.

Nothing here knows how lastput reads a log. The formats are those of the kernel's sources: lib/dump_stack.c,
kernel/panic.c, kernel/sched/core.c, kernel/locking/lockdep.c, and of each machine dumpstack.c, traps.c,
process.c and fault.c. A template is a text with lines that begin with ``%``, each a directive:

    %cpu                          the line with CPU, task and release
    %modules a b - gone           the modules, and the one that was unloaded last
    %rip f[m]                     the place, as the machine prints it; also a bare address
    %trace <IRQ> f g </IRQ> h     a call trace; ``?f`` is doubted, ``f[m]`` of a module
    %frames f g                   frames without a headline
    %lock 0 name f                a line of a held lock; ``- name f`` without its number
    %task comm D 123              the headline of a task's stack
    %warn file:1 f[m] : text      a WARN() up to its modules
    %fault ADDRESS read           the headline of a page fault
    %oops 0000                    the line that counts the Oopses
    %cut, %end                    the marks around
"""

from __future__ import annotations

__all__ = ["write"]

import re
import zlib
from collections.abc import Callable

import msgspec

_TOKEN = re.compile(r"(?P<guess>\?)?(?P<name>[\w.$<>/]+)(?:\[(?P<module>\w+)\])?$")
_IRQ_ENTRY = {
    "arm64": ("el1h_64_irq_handler", "el1h_64_irq"), "arm": ("__irq_svc",), "riscv": ("ret_from_exception",),
    "powerpc": ("hardware_interrupt_common_virt",), "s390": ("io_int_handler",), "mips": ("handle_int",),
    "loongarch": ("handle_vint",),
}  # fmt: skip


class Machine(msgspec.Struct, frozen=True):
    """A kernel: ``arch`` and ``release``; ``task`` and ``pid`` are what runs."""

    arch: str
    release: str
    task: str = "rmmod"
    pid: int = 1234
    cpu: int = 1

    def since(self, release: str) -> bool:
        """Whether the kernel is of that release or newer."""
        return _number(self.release) >= _number(release)


def _number(release: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", release)[:3])


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())


def _address(machine: Machine, name: str, module: str = "") -> str:
    low = _hash(name) & 0xFFFFFF
    match machine.arch:
        case "arm" | "mips":
            return (
                f"{(0xBF000000 if module else 0xC0100000 if machine.arch == 'arm' else 0x80100000) + low:08x}"
            )
        case "powerpc":
            return f"{0xC000000000000000 + low:016x}"
        case "s390":
            return f"{(0x3FF80000000 if module else 0x100000) + low:016x}"
        case "riscv":
            return f"{0xFFFFFFE000000000 + low:016x}"
        case "loongarch":
            return f"{0x9000000000200000 + low:016x}"
        case "arm64":
            return f"{0xFFFF800010000000 + low:016x}"
    return f"{(0xFFFFFFFFA0000000 if module else 0xFFFFFFFF81000000) + low:016x}"


def _symbol(name: str, module: str = "") -> str:
    size = 0x40 + (_hash(name) >> 8) % 0x700
    return f"{name}+0x{_hash(name) % (size - 1) + 1:x}/0x{size:x}" + (f" [{module}]" if module else "")


def _frame(machine: Machine, token: str, last: list[tuple[str, str]]) -> str:
    match = _TOKEN.match(token)
    assert match is not None, token
    name, module = match["name"], match["module"] or ""
    address, symbol = _address(machine, name, module), _symbol(name, module)
    guess = "? " if match["guess"] else ""
    match machine.arch:
        case "x86":
            return f" {guess}{symbol}" if machine.since("4.10") else f" [<{address}>] {guess}{symbol}"
        case "arm64":
            return f" {symbol}" if machine.since("4.14") else f"[<{address}>] {symbol}"
        case "arm":
            inner, of = last[-1] if last else ("dump_backtrace", "")
            last.append((name, module))
            callee = f"{inner} [{of}]" if of else inner
            if machine.since("5.15"):
                return f" {callee} from {symbol}"
            return f"[<{_address(machine, inner, of)}>] ({callee}) from [<{address}>] ({symbol})"
        case "powerpc":
            doubt = " (unreliable)" if match["guess"] else ""
            return f"[c000000007{_hash(name) & 0xFFFFF0:06x}] [{address}] {symbol}{doubt}"
        case "s390":
            return f"([<{address}>] {symbol})" if match["guess"] else f" [<{address}>] {symbol}"
    return f"[<{address}>] {guess}{symbol}"


def _frames(machine: Machine, words: list[str]) -> list[str]:
    """Frames, with the marks and registers between contexts as the kernel prints them."""
    rows: list[str] = []
    last: list[tuple[str, str]] = []
    mark = ""
    for word in words:
        if word in ("<IRQ>", "</IRQ>", "<TASK>", "</TASK>"):
            if machine.arch != "x86":
                if word == "</IRQ>":
                    rows += [_frame(machine, one, last) for one in _IRQ_ENTRY.get(machine.arch, ())]
            elif machine.since("4.14"):
                if machine.since("5.16") or "TASK" not in word:
                    rows.append(f" {word}")
            else:
                mark = {"<IRQ>": " <IRQ> ", "</IRQ>": " <EOI> "}.get(word, "")
            continue
        if word.startswith("@"):  # the registers of what was interrupted
            rows += [f"RIP: 0010:{_symbol(word[1:])}", "Code: 66 90 0f 00 2d 4b 0a 5f 00 fb f4 <c3> 0f 1f 00",
                     "RSP: 0018:ffffc90000107e68 EFLAGS: 00000242",
                     "RAX: ffff8880b9d3c000 RBX: 0000000000000001 RCX: ffffffff8ba3a1a9"]  # fmt: skip
            continue
        rows.append(mark + _frame(machine, word, last))
        mark = ""
    return rows


def _cpu(machine: Machine, words: list[str]) -> list[str]:
    build = f"{machine.release}.0" if machine.since("3.0") else f"{machine.release}-431.el6"
    if machine.since("6.11"):
        who = f"CPU: {machine.cpu} UID: 0 PID: {machine.pid} Comm: {machine.task}"
        return [f"{who} Tainted: G        W          {build} #1 PREEMPT(full)", "Tainted: [W]=WARN",
                "Hardware name: QEMU Standard PC (Q35 + ICH9, 2009), BIOS 1.16.2 04/01/2014"]  # fmt: skip
    if machine.since("3.10"):
        who = f"CPU: {machine.cpu} PID: {machine.pid} Comm: {machine.task}"
        return [
            f"{who} Tainted: G        W         {build} #1",
            "Hardware name: Generic Board, BIOS 1.0 01/01/2014",
        ]
    return [f"Pid: {machine.pid}, comm: {machine.task} Not tainted {build} #1 Generic Board"]


def _modules(machine: Machine, words: list[str]) -> list[str]:
    gone = words[words.index("-") + 1] if "-" in words else ""
    names = words[: words.index("-")] if gone else words
    return [f"Modules linked in: {' '.join(names)}" + (f" [last unloaded: {gone}]" if gone else "")]


def _rip(machine: Machine, words: list[str]) -> list[str]:
    bare = words[0].startswith("0x")
    match = _TOKEN.match(words[0])
    assert match is not None
    name, module = match["name"], match["module"] or ""
    where = words[0] if bare else _symbol(name, module)
    address = words[0][2:] if bare else _address(machine, name, module)
    caller = _symbol(words[1].partition("[")[0]) if len(words) > 1 else "0x0"
    match machine.arch:
        case "x86":
            if machine.since("4.10"):
                return [f"RIP: 0010:{where}"]
            return [f"RIP: 0010:[<{address}>]  [<{address}>] {where}"]
        case "arm64":
            if machine.since("4.14"):
                return [
                    "pstate: 60400005 (nZCv daif +PAN -UAO -TCO BTYPE=--)",
                    f"pc : {where}",
                    f"lr : {caller}",
                ]
            return [
                f"PC is at {where}",
                f"LR is at {caller}",
                f"pc : [<{address}>] lr : [<{address}>] pstate: 60000145",
            ]
        case "arm":
            return [
                f"PC is at {where}",
                f"LR is at {caller}",
                f"pc : [<{address}>]    lr : [<{address}>]    psr: 60000013",
            ]
        case "riscv":
            return [
                f"epc : {where}",
                f" ra : {caller}",
                f"epc : {address} ra : {address} sp : ff20000000c53d50",
            ]
        case "powerpc":
            return [
                f"NIP:  {address} LR: {address} CTR: 0000000000000000",
                f"NIP [{address}] {where}",
                f"LR [{address}] {caller}",
            ]
        case "s390":
            return [f"Krnl PSW : 0704c00180000000 {address} ({where})",
                    "           R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:0 PM:0 RI:0 EA:3"]  # fmt: skip
        case "mips":
            return [f"epc   : {address} {where}", f"ra    : {address} {caller}"]
    return [f"   ra: {address} {caller}", f"  ERA: {address} {where}"]


def _trace(machine: Machine, words: list[str]) -> list[str]:
    task = machine.arch == "x86" and machine.since("5.16") and "<IRQ>" not in words
    inside = _frames(machine, ["<TASK>", *words, "</TASK>"] if task else words)
    if machine.arch == "arm":
        return [*(() if machine.since("5.15") else ("Backtrace: ",)), *inside]
    head = "Call trace:" if machine.arch == "arm64" else "Call Trace:"
    tail = ["Last Breaking-Event-Address:", f" [<{_address(machine, 'printk')}>] {_symbol('printk')}"]
    return [head, *inside, *(tail if machine.arch == "s390" else [])]


def _lock(machine: Machine, words: list[str]) -> list[str]:
    number, name, at = words
    states = "{+.+.}-{4:4}" if machine.since("6.12") else "{+.+.}-{3:3}" if machine.since("5.8") else (
        "{+.+.}" if machine.since("4.12") else "{+.+.+.}")  # fmt: skip
    rank = "" if number == "-" else f" #{number}: "
    address = f"{0xFFFF888000000000 + _hash(name):016x} " if machine.since("4.20") else ""
    place = _symbol(at) if machine.since("4.20") else f"[<{_address(machine, at)}>] {_symbol(at)}"
    return [f"{rank}{address}({name}){states}, at: {place}"]


def _task(machine: Machine, words: list[str]) -> list[str]:
    comm, state, pid = words
    if machine.since("6.12"):
        return [
            f"task:{comm:15} state:{state} stack:0     pid:{pid:5} tgid:{pid:5} ppid:2     "
            " task_flags:0x400000 flags:0x00004000"
        ]
    if machine.since("5.9"):
        return [f"task:{comm:15} state:{state} stack:    0 pid:{pid:>5} ppid:     2 flags:0x00004000"]
    if machine.since("4.10"):
        return [f"{comm:15} {state}    0 {pid:>5}      2 0x80000000"]
    return [f"{comm:13} {state} {_address(machine, comm)}     0 {pid:>5}      2 0x00000000"]


def _warn(machine: Machine, words: list[str]) -> list[str]:
    text = " ".join(words[words.index(":") + 1 :]) if ":" in words else ""
    place, token = words[:2]
    match = _TOKEN.match(token)
    assert match is not None
    where = _symbol(match["name"], match["module"] or "")
    said = [text] if text else []
    who = f"CPU: {machine.cpu} PID: {machine.pid}"
    cut = ["------------[ cut here ]------------"]
    if machine.since("6.18"):
        return [*cut, *said, f"WARNING: {place} at {where}, CPU#{machine.cpu}: {machine.task}/{machine.pid}"]
    if machine.since("4.13"):
        return [*cut, *said, f"WARNING: {who} at {place} {where}"]
    if machine.since("3.12"):
        return [*cut, f"WARNING: {who} at {place} {where.split(' ')[0]}()", *said]
    return [
        *cut,
        f"WARNING: at {place} {where.split(' ')[0]}() (Not tainted)",
        "Hardware name: Generic Board",
        *said,
    ]


def _fault(machine: Machine, words: list[str]) -> list[str]:
    address, mode = int(words[0], 16), words[1]
    fetch = mode == "execute"
    match machine.arch:
        case "x86":
            null = address < 4096
            if machine.since("5.1"):
                head = f"kernel NULL pointer dereference, address: {address:016x}" if null else (
                    f"unable to handle page fault for address: {address:016x}")  # fmt: skip
                access = "instruction fetch" if fetch else f"{mode} access"
                code = 0x10 if fetch else 2 if mode == "write" else 0
                return [f"BUG: {head}", f"#PF: supervisor {access} in kernel mode",
                        f"#PF: error_code(0x{code:04x}) - not-present page"]  # fmt: skip
            what = "NULL pointer dereference" if null else "paging request"
            return [f"BUG: unable to handle kernel {what} at {address:016x}"]
        case "arm64":
            what = "NULL pointer dereference" if address < 4096 else "paging request"
            rows = [f"Unable to handle kernel {what} at virtual address {address:016x}"]
            if machine.since("4.16"):
                kind = "IABT (current EL), IL = 32 bits" if fetch else "DABT (current EL), IL = 32 bits"
                rows += ["Mem abort info:", f"  ESR = 0x{0x86000005 if fetch else 0x96000005:016x}",
                         f"  EC = 0x{0x21 if fetch else 0x25:02x}: {kind}", "  SET = 0, FnV = 0"]  # fmt: skip
            return rows
        case "arm":
            what = "NULL pointer dereference" if address < 4096 else "paging request"
            late = f" when {mode}" if machine.since("5.18") else ""
            cut = ["8<--- cut here ---"] if machine.since("5.2") else []
            return [*cut, f"Unable to handle kernel {what} at virtual address"
                          f" {address & 0xFFFFFFFF:08x}{late}",
                    "pgd = c0004000", f"[{address & 0xFFFFFFFF:08x}] *pgd=00000000"]  # fmt: skip
        case "riscv":
            what = "NULL pointer dereference" if address < 4096 else "paging request"
            return [f"Unable to handle kernel {what} at virtual address {address:016x}"]
        case "powerpc":
            if machine.since("5.2"):
                what = (
                    "Kernel NULL pointer dereference"
                    if address < 4096
                    else "Unable to handle kernel data access"
                )
                return [
                    f"BUG: {what} on {mode} at 0x{address:08x}",
                    "Faulting instruction address: 0xc000000000123456",
                ]
            return [f"Unable to handle kernel paging request for data at address 0x{address:08x}",
                    "Faulting instruction address: 0xc000000000123456"]  # fmt: skip
        case "s390":
            return ["Unable to handle kernel pointer dereference in virtual kernel address space",
                    f"Failing address: {address & ~0xFFF:016x} TEID: {address & ~0xFFF | 0x483:016x}",
                    "Fault in home space mode while using kernel ASCE."]  # fmt: skip
    name = "epc" if machine.arch == "mips" else "era"
    width = 8 if machine.arch == "mips" else 16
    return [f"CPU {machine.cpu} Unable to handle kernel paging request at virtual address"
            f" {address:0{width}x},"
            f" {name} == {_address(machine, 'x')}, ra == {_address(machine, 'y')}"]  # fmt: skip


def _oops(machine: Machine, words: list[str]) -> list[str]:
    code = words[0] if words else "0000"
    match machine.arch:
        case "x86":
            return [f"Oops: {'Oops: ' if machine.since('6.10') else ''}{code} [#1] PREEMPT SMP"]
        case "arm64":
            fetch = int(code, 16) & 16
            esr = 0x86000005 if fetch else 0x96000005
            return [
                f"Internal error: Oops: {esr:016x} [#1] SMP"
                if machine.since("5.18")
                else f"Internal error: Oops: {esr:08x} [#1] SMP"
            ]
        case "arm":
            return [f"Internal error: Oops: {'80000005' if int(code, 16) & 16 else '17'} [#1] SMP ARM"]
        case "riscv":
            return ["Oops [#1]"]
        case "powerpc":
            return [
                "Oops: Kernel access of bad area, sig: 11 [#1]",
                "LE PAGE_SIZE=64K MMU=Radix SMP NR_CPUS=2048 NUMA PowerNV",
            ]
        case "s390":
            return ["Oops: 0004 ilc:2 [#1] SMP "]
    return ["Oops[#1]:"]


def _end(machine: Machine, words: list[str]) -> list[str]:
    return [f"---[ end trace {'0000000000000000' if machine.since('5.17') else '4456a1917aa7e1d7'} ]---"]


_DIRECTIVES: dict[str, Callable[[Machine, list[str]], list[str]]] = {
    "cpu": _cpu, "modules": _modules, "rip": _rip, "trace": _trace, "frames": _frames, "lock": _lock,
    "task": _task,
    "warn": _warn, "fault": _fault, "oops": _oops, "end": _end,
    "cut": lambda machine, words: ["------------[ cut here ]------------"],
}  # fmt: skip


def write(template: str, machine: Machine) -> str:
    """The log of a template on a machine, with the timestamps of dmesg."""
    rows: list[str] = []
    for line in template.strip("\n").splitlines():
        if line.startswith("%"):
            words = line[1:].split()
            rows += _DIRECTIVES[words[0]](machine, words[1:])
        else:
            rows.append(line.replace("@task", machine.task).replace("@pid", str(machine.pid)))
    return "".join(f"[{4321 + at / 1000:12.6f}] {row}\n" for at, row in enumerate(rows))
