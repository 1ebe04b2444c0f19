"""Which CONFIG_ options are on: those of a .config file, or what a kernel for x86-64 usually has.

Without a file, headers are read as a distribution's kernel has them: everything is on but what is for
debugging or for another machine. In C files only what nearly every kernel has is on, and what the functions
need that are asked for: the other arm of an ``#ifdef`` there is as real.
"""

from __future__ import annotations

__all__ = ["Config", "read_config"]

import re
from pathlib import Path

import msgspec

from lastput.errors import LastputError, Place

_USUAL = frozenset(
    f"CONFIG_{name}"
    for name in [
        "64BIT",
        "ACPI",
        "BLOCK",
        "BUG",
        "COMMON_CLK",
        "CPU_FREQ",
        "DEBUG_FS",
        "DMI",
        "EFI",
        "GPIOLIB",
        "HAS_DMA",
        "HAS_IOMEM",
        "HAS_IOPORT",
        "HOTPLUG_CPU",
        "I2C",
        "INET",
        "INPUT",
        "IPV6",
        "LEDS_CLASS",
        "MMU",
        "MODULES",
        "MODULE_UNLOAD",
        "NET",
        "NUMA",
        "OF",
        "PCI",
        "PCI_MSI",
        "PM",
        "PM_SLEEP",
        "PM_CLK",
        "PRINTK",
        "PROC_FS",
        "REGULATOR",
        "SMP",
        "SYSFS",
        "THERMAL",
        "USB",
        "X86",
        "X86_64",
        "X86_LOCAL_APIC",
    ]
)
_SELDOM = re.compile(
    r"CONFIG_(?:\w*_)?(?:DEBUG(?!_FS$)|KASAN|KMSAN|KCSAN|UBSAN|KCOV|GCOV|KUNIT|LOCKDEP|LOCK_STAT|PROVE|LATENCY|"
    r"PREEMPT_RT|PREEMPT_DYNAMIC|FAULT_INJECTION|FAIL\w*|SELFTEST|CFI\w*|FORTIFY\w*|PARAVIRT\w*|COMPILE_TEST|"
    r"TRIM_UNUSED_KSYMS|X86_32|32BIT|HIGHMEM\w*|X86_PAE|UML|ARM|ARM64|PPC\w*|MIPS|S390|SPARC\w*|RISCV|M68K|ALPHA|"
    r"IA64|PARISC|LOONGARCH|XTENSA|ARC|SUPERH|NIOS2|OPENRISC|CSKY|HEXAGON|MICROBLAZE|CPU_BIG_ENDIAN|SLOB|TINY_RCU|"
    r"CC_HAS\w*|CC_IS_CLANG|MEM_ALLOC_PROFILING|MODULE_SIG\w*|RANDSTRUCT)(?:_\w*)?"
)
_VALUES = {
    "CONFIG_HZ": "250", "CONFIG_NR_CPUS": "64", "CONFIG_NODES_SHIFT": "6", "CONFIG_PAGE_SHIFT": "12",
    "CONFIG_PGTABLE_LEVELS": "5", "CONFIG_X86_L1_CACHE_SHIFT": "6", "CONFIG_X86_INTERNODE_CACHE_SHIFT": "6",
    "CONFIG_PHYSICAL_START": "0x1000000", "CONFIG_PHYSICAL_ALIGN": "0x200000", "CONFIG_ILLEGAL_POINTER_VALUE":
    "0xdead000000000000", "CONFIG_LOG_BUF_SHIFT": "17", "CONFIG_BASE_SMALL": "0", "CONFIG_FRAME_WARN": "2048",
    "CONFIG_ARCH_MMAP_RND_BITS": "28", "CONFIG_INPUT_MOUSEDEV_SCREEN_X": "1024", "CONFIG_MAX_SKB_FRAGS": "17",
}  # fmt: skip
_SET = re.compile(r"^(CONFIG_\w+)=(.*)$", re.MULTILINE)


class Config(msgspec.Struct, frozen=True):
    """``values`` are those of a .config file, None if there is none. ``needed`` are on besides: what encloses
    the functions that are asked for."""

    values: dict[str, str] | None = None
    needed: frozenset[str] = frozenset()

    def in_header(self, option: str) -> str:
        """What ``option`` is defined as in a header; "" if it is not."""
        if self.values is None and option not in _VALUES:
            module = option.endswith("_MODULE")
            return "" if module or _SELDOM.fullmatch(option) else "1"
        return self._defined(option)

    def in_source(self, option: str) -> str:
        """What ``option`` is defined as in a C file; "" if it is not."""
        if self.values is None and option not in _VALUES:
            return "1" if option in _USUAL or option in self.needed else ""
        return self._defined(option)

    def _defined(self, option: str) -> str:
        if self.values is None:
            return _VALUES[option]
        if option.endswith("_MODULE"):
            return "1" if self.values.get(option.removesuffix("_MODULE")) == "m" else ""
        value = self.values.get(option, "")
        return {"y": "1", "m": ""}.get(value, value)


def read_config(path: str) -> Config:
    """A .config file. Raises LastputError ``no-file`` or ``config-file``."""
    try:
        text = Path(path).expanduser().read_text("utf-8", "replace")
    except OSError as error:
        raise LastputError(
            "no-file", f"cannot read {path}: {error.strerror}", "check the name", Place(path)
        ) from None
    values = dict(_SET.findall(text))
    if not values:
        raise LastputError(
            "config-file", "there is no CONFIG_ line in it", "give the .config of a kernel build", Place(path)
        )
    return Config(values)
