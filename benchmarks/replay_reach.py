"""Which modules of the audit's findings a guest without hardware can have, as the table of docs/reach.md.

    lastput audit linux-source-7.3 --format json > findings.json
    python -m benchmarks.replay_reach linux-source-7.3 findings.json 7.3

The kernel's packages must be in the cache (lastput replay --fetch). Nothing is booted: what a driver can be
bound to stands in its aliases.
"""

from __future__ import annotations

import posixpath
import sys
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import msgspec

from lastput.c.kbuild.makefile import read_makefile
from lastput.c.kbuild.modules import Module, directory_modules
from lastput.errors import LastputError
from lastput.replay import elf
from lastput.replay.fetch import locate
from lastput.replay.hardware import hardware
from lastput.replay.kernel import Kernel, open_kernel
from lastput.schema.finding import Finding

#: How a module is reached, the easiest first.
WAYS = {
    "itself": "is bound to no bus and loads by itself (cores of drivers are among them)",
    "qemu": "QEMU emulates its device (`hardware.toml`)",
    "made": "its device can be made by user space: uhid, vtpmx, i2c-stub, dummy_hcd, usbip, mac80211_hwsim",
    "hardware": "needs a device that nobody here emulates",
    "none": "no module of this kernel: another architecture, not built, or built in",
}
_MADE = ("hid:", "usb:", "i2c:", "tty-ldisc-")
_BUSES = (
    "pci:", "of:", "acpi", "platform:", "pnp:", "spi:", "i2c:", "usb:", "hid:", "sdio:", "virtio:", "mei:",
    "ssb:", "bcma:", "vmbus:", "xen:", "scsi:", "eisa:", "serio:", "pcmcia:", "rapidio:", "auxiliary:",
    "mdio:", "mhi:", "ntb:", "parport:", "rpmsg:", "slim:", "sdw:", "tee:", "typec:", "wmi:", "ishtp:",
    "greybus:", "dmi:",
    "cpu:", "fsl-mc:", "ipack:", "mcb:", "dfl:", "ap:", "css:", "dsa_tag", "gameport:", "firewire:",
)  # fmt: skip


def main(tree: str, findings: str, word: str) -> None:
    """Print the table of one kernel."""
    kernel = open_kernel(*locate(word, fetch=False))
    told = [msgspec.json.decode(line, type=Finding) for line in Path(findings).read_bytes().splitlines()]
    counts: Counter[str] = Counter()
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    modules: dict[str, Counter[str]] = defaultdict(Counter)
    for one in told:
        name, way = best(kernel, candidates(Path(tree), one))
        counts[way] += 1
        rules[one.code][way] += 1
        modules[way][name] += 1
    print(f"## {kernel.release}: {len(told)} findings\n")
    print("| way | findings | modules |\n|---|---|---|")
    for way, says in WAYS.items():
        print(f"| {says} | {counts[way]} | {len(modules[way]) if way != 'none' else ''} |")
    print("\n| rule | " + " | ".join(WAYS) + " |\n|---" * 1 + "|---" * len(WAYS) + "|")
    for code in sorted(rules):
        print(f"| {code} | " + " | ".join(str(rules[code][way] or "") for way in WAYS) + " |")
    for way in ("itself", "qemu", "made"):
        listed = ", ".join(f"{name} ({n})" if n > 1 else name for name, n in sorted(modules[way].items()))
        print(f"\n**{WAYS[way]}**: {listed}")


def candidates(tree: Path, finding: Finding) -> tuple[str, ...]:
    """The modules of a finding's text, or those that its file is linked into."""
    return finding.text or linked(tree, finding.where.path)


@cache
def linked(tree: Path, path: str) -> tuple[str, ...]:
    """The modules that a file is linked into, by the Makefiles of its directory and of those above."""
    found: list[str] = []
    directory = posixpath.dirname(path)
    while directory and not found:
        for name in ("Kbuild", "Makefile"):
            if (tree / directory / name).is_file():
                found += [one.name for one in of_directory(tree, directory, name) if path in one.files]
        directory = posixpath.dirname(directory)
    return tuple(found)


@cache
def of_directory(tree: Path, directory: str, name: str) -> list[Module]:
    """The modules of one Makefile."""

    def read(wanted: str) -> str | None:
        file = tree / wanted
        return file.read_text("utf-8", "replace") if file.is_file() else None

    return directory_modules(directory, read_makefile(directory, name, read))


def best(kernel: Kernel, names: tuple[str, ...]) -> tuple[str, str]:
    """The module that is reached most easily, and how."""
    found = [(way(kernel, name.replace("-", "_")), name) for name in names] or [("none", "")]
    order = list(WAYS)
    how, name = min(found, key=lambda one: order.index(one[0]))
    return name.replace("-", "_"), how


@cache
def way(kernel: Kernel, name: str) -> str:
    """How a module is reached."""
    try:
        data = kernel.module(name).data
    except LastputError:
        return "none"
    if known := hardware().get(name):
        return "qemu" if known.devices else "itself"
    info = next((one.data for one in elf.sections(data, name) if one.name == ".modinfo"), b"")
    aliases = [line[6:].decode("latin1") for line in info.split(b"\0") if line.startswith(b"alias=")]
    if any(one.startswith("virtio:") for one in aliases):
        return "qemu"
    bound = [one for one in aliases if one.startswith(_BUSES)]
    if not bound:
        return "itself"
    return "made" if any(one.startswith(_MADE) for one in bound) else "hardware"


if __name__ == "__main__":
    main(*sys.argv[1:4])
