"""What is read out of Debian's kernels without booting them, and of files that are none."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
from collections.abc import Callable
from pathlib import Path

import lz4.block
import pytest
import zstandard

from lastput.errors import LastputError
from lastput.replay import deb, elf, vmlinux
from lastput.replay.btf import Btf
from lastput.replay.callsite import call_sites
from lastput.replay.fetch import locate, parts
from lastput.replay.initramfs import archive
from lastput.replay.kernel import Kernel, open_kernel
from lastput.replay.qmp import Monitor


@pytest.fixture(scope="session")
def kernels(package_6_1: Path, package_6_12: Path, packages_7_3: tuple[Path, ...]) -> tuple[Kernel, ...]:
    return open_kernel(package_6_1), open_kernel(package_6_12), open_kernel(*packages_7_3)


@pytest.mark.needs_qemu
def test_symbols_of_all_table_layouts(kernels: tuple[Kernel, ...]) -> None:
    """The order of the tables changed in 6.4, what an offset counts from after 6.12. What is exported is
    also in __ksymtab, an oracle: three offsets from their own place, to a symbol, its name, its namespace."""
    for kernel in kernels:
        symbols = kernel.facts.symbols
        assert symbols["_text"] == (0xFFFFFFFF81000000,)
        assert symbols["_text"] < symbols["module_put"] < symbols["_etext"]
        assert len(symbols) > 80_000
        named = {one.name: one for one in elf.sections(vmlinux.extract(kernel.image.read_bytes(), ""), "")}
        table, strings = named["__ksymtab"], named["__ksymtab_strings"]
        for at in range(0, len(table.data), 12 * 50):
            value, name = struct.unpack_from("<ii", table.data, at)
            start = table.address + at + 4 + name - strings.address
            exported = strings.data[start : strings.data.index(b"\0", start)].decode()
            place = table.address + at + value
            # 6.1 and 6.12 link per-CPU variables to zero on, and __ksymtab has them so.
            assert place in symbols[exported] or place & 0xFFFFFFFF in symbols[exported]


@pytest.mark.needs_qemu
def test_struct_members_of_all_kernels(kernels: tuple[Kernel, ...]) -> None:
    old, new, newest = (kernel.btf for kernel in kernels)
    for btf in (old, new, newest):
        assert btf.member("task_struct", "comm").size == 16
        assert btf.member("module", "name").offset == 24
        assert btf.member("module", "refcnt").size == 4
    assert old.has("module", "core_layout.base") and not old.has("module", "mem[0].base")
    for btf in (new, newest):
        assert btf.has("module", "mem[0].base") and not btf.has("module", "core_layout.base")
    assert new.member("module", "mem[1].base").offset > new.member("module", "mem[0].base").offset
    with pytest.raises(LastputError, match="no member ghost"):
        old.member("module", "ghost")


@pytest.mark.needs_qemu
def test_a_kernel_has_three_forms(kernels: tuple[Kernel, ...]) -> None:
    """A package, the directory that it was unpacked into, a vmlinuz with its modules: where the image is in
    boot/, and where it is among the modules."""
    for package, top in (
        (kernels[0], kernels[0].image.parent.parent),
        (kernels[2], kernels[2].image.parents[4]),
    ):
        folder = open_kernel(top)
        image = open_kernel(package.image, modules=package.modules)
        assert package.key == folder.key == image.key
        assert package.release == folder.release == image.release
    assert open_kernel(kernels[2].image.parent).key == kernels[2].key
    with pytest.raises(LastputError, match="without its modules"):
        open_kernel(kernels[0].image)


@pytest.mark.needs_qemu
def test_half_a_kernel_names_the_other_half(packages_7_3: tuple[Path, ...]) -> None:
    with pytest.raises(LastputError) as error:
        open_kernel(packages_7_3[0])
    assert error.value.slug == "no-kernel" and "linux-modules-7.3" in str(error.value.remedy)
    assert locate(str(packages_7_3[1]), fetch=False) == packages_7_3


@pytest.mark.needs_qemu
def test_modules_come_with_what_they_need(kernels: tuple[Kernel, ...]) -> None:
    """6.1 has them as they are, 6.12 and 7.3 pack them with xz."""
    for kernel in kernels:
        names = [one.name for one, _ in kernel.with_needs(("kvm-amd",))]
        assert names[-1] == "kvm_amd" and {"kvm", "ccp", "irqbypass"} < set(names)
        assert names.index("irqbypass") < names.index("kvm") < names.index("kvm_amd")
    with pytest.raises(LastputError) as error:
        kernels[0].module("ghost")
    assert error.value.slug == "no-module"


@pytest.mark.needs_qemu
def test_the_call_that_is_a_jump(kernels: tuple[Kernel, ...]) -> None:
    """kvm_destroy_vm() of 6.1 ends in module_put(); 6.12 no longer calls it there."""
    sites = call_sites(kernels[0].module("kvm").data, "kvm", "module_put")
    assert ("kvm_destroy_vm", True) in [(one.function, one.jump) for one in sites]
    sites = call_sites(kernels[1].module("kvm").data, "kvm", "module_put")
    assert "kvm_destroy_vm" not in [one.function for one in sites]


@pytest.mark.needs_qemu
def test_a_package_that_is_cut_off(package_6_1: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.deb"
    with package_6_1.open("rb") as file:
        short.write_bytes(file.read(1 << 20))
    with pytest.raises(LastputError, match="cut off") as error:
        open_kernel(short)
    assert error.value.slug == "bad-package"


def _ar(name: bytes, data: bytes) -> bytes:
    head = b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name, 0, 0, 0, 0o100644, len(data))
    return b"!<arch>\n" + head + data + b"\n" * (len(data) % 2)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not begin as one"),
        (b"!<arch>\n", "no data.tar"),
        (_ar(b"data.tar.xz", b"not xz at all!"), "whole"),
        (_ar(b"control.tar", b"x"), "no data.tar"),
        (b"!<arch>\n" + b"x" * 60, "header is damaged"),
    ],
)
def test_what_is_no_package(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "x.deb"
    path.write_bytes(data)
    with pytest.raises(LastputError, match=why) as error:
        deb.unpack(path, tmp_path, lambda _: True)
    assert error.value.slug == "bad-package"


@pytest.mark.parametrize("data", [b"", b"\0" * 0x1000, b"\0" * 0x202 + b"HdrS" + b"\0" * 0x1000])
def test_what_is_no_kernel(data: bytes) -> None:
    with pytest.raises(LastputError) as error:
        vmlinux.extract(data, "vmlinuz")
    assert error.value.slug == "bad-kernel"


def _bzimage(payload: bytes, size: int) -> bytes:
    """What arch/x86/boot/tools builds, as far as a boot loader reads it."""
    setup = bytearray(1024)
    setup[0x1F1] = 1
    setup[0x202:0x206] = b"HdrS"
    whole = payload + size.to_bytes(4, "little")
    setup[0x24C:0x250] = len(whole).to_bytes(4, "little")
    return bytes(setup) + whole


_ELF = b"\x7fELF" + bytes(range(256)) * 40000  # more than one block of LZ4


def _lz4(data: bytes) -> bytes:
    blocks = [lz4.block.compress(data[at : at + (8 << 20)], store_size=False) for at in (0, 8 << 20)]
    return b"\x02\x21\x4c\x18" + b"".join(len(one).to_bytes(4, "little") + one for one in blocks)


@pytest.mark.parametrize(
    "pack", [bytes, lzma.compress, zstandard.compress, gzip.compress, bz2.compress, _lz4]
)
def test_a_kernel_is_packed_in_one_of_these(pack: Callable[[bytes], bytes]) -> None:
    assert vmlinux.extract(_bzimage(pack(_ELF), len(_ELF)), "vmlinuz") == _ELF


def test_lz4_that_is_damaged_is_no_kernel() -> None:
    damaged = bytearray(_bzimage(_lz4(_ELF), len(_ELF)))
    damaged[1024 + 8 : 1024 + 40] = b"\xff" * 32
    with pytest.raises(LastputError) as error:
        vmlinux.extract(bytes(damaged), "vmlinuz")
    assert error.value.slug == "bad-kernel"


@pytest.mark.needs_qemu
def test_a_cloud_kernel_says_what_it_is(kernels: tuple[Kernel, ...], tmp_path: Path) -> None:
    """Its modules are fewer: here are none of a driver that the others have."""
    modules = tmp_path / "6.1.0-57-cloud-amd64"
    (modules / "kernel").mkdir(parents=True)
    cloud = Kernel(kernels[0].image, modules)
    with pytest.raises(LastputError, match="has no module plip") as error:
        cloud.module("plip")
    assert error.value.slug == "no-module" and "without -cloud-" in error.value.remedy


def test_types_that_are_none() -> None:
    for data in (b"", b"\0" * 64):
        with pytest.raises(LastputError) as error:
            Btf(data)
        assert error.value.slug == "no-btf"


def test_a_small_btf() -> None:
    """struct s { int a; struct { int b; }; int c[3]; }, with the strings in the order of the names."""
    strings = b"\0s\0a\0b\0c\0"
    name = {one: strings.index(b"\0" + one.encode() + b"\0") + 1 for one in "sabc"}
    types = struct.pack("<4I", 0, 1 << 24, 4, 32)  # 1: int
    types += struct.pack("<6I", 0, 3 << 24, 0, 1, 1, 3)  # 2: int [3]
    types += struct.pack("<6I", 0, 4 << 24 | 1, 4, name["b"], 1, 0)  # 3: the nameless struct
    types += struct.pack("<3I", name["s"], 4 << 24 | 3, 20)  # 4: s
    types += struct.pack("<9I", name["a"], 1, 0, 0, 3, 32, name["c"], 2, 64)
    header = struct.pack("<HBB5I", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings))
    btf = Btf(header + types + strings)
    assert btf.member("s", "b").offset == 4
    assert (btf.member("s", "c").offset, btf.member("s", "c").size) == (8, 12)
    assert (btf.member("s", "c[2]").offset, btf.member("s", "c[2]").size) == (16, 4)


def test_the_archive_is_the_same_every_time() -> None:
    files = {"bin/busybox": b"x" * 7, "etc/modules": b""}
    assert archive(files) == archive(dict(reversed(files.items())))


_NAMES = (
    "linux-image-6.1.0-56-amd64", "linux-image-6.1.0-57-amd64", "linux-image-6.1.0-57-cloud-amd64",
    "linux-image-6.1.0-57-amd64-unsigned",
    "linux-image-6.19.1+deb13-amd64", "linux-binary-6.19.1+deb13-amd64",
    "linux-image-7.3.4+deb13-amd64", "linux-binary-7.3.4+deb13-amd64", "linux-modules-7.3.4+deb13-amd64",
    "linux-binary-unsigned-7.3.4+deb13-amd64", "linux-binary-7.3.4+deb13-rt-amd64", "linux-image-amd64",
    "linux-image-unsigned-6.8.0-31-generic", "linux-modules-6.8.0-31-generic",
    "linux-modules-extra-6.8.0-31-generic",
)  # fmt: skip


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("6.1", "linux-image-6.1.0-57-amd64"),
        ("linux-image-6.1.0-*-amd64", "linux-image-6.1.0-57-amd64"),
        ("6.1.0-56-amd64", "linux-image-6.1.0-56-amd64"),
        ("linux-image-*-cloud-amd64", "linux-image-6.1.0-57-cloud-amd64"),
        ("6.19", "linux-binary-6.19.1+deb13-amd64 linux-image-6.19.1+deb13-amd64"),
        ("7.3", "linux-binary-7.3.4+deb13-amd64 linux-modules-7.3.4+deb13-amd64"),
        ("linux-image-7.3.*-amd64", "linux-binary-7.3.4+deb13-amd64 linux-modules-7.3.4+deb13-amd64"),
        ("7.3.4+deb13-rt-amd64", "linux-binary-7.3.4+deb13-rt-amd64"),
        ("6.8", "linux-modules-6.8.0-31-generic linux-modules-extra-6.8.0-31-generic"
                " linux-image-unsigned-6.8.0-31-generic"),
        ("7", "linux-binary-7.3.4+deb13-amd64 linux-modules-7.3.4+deb13-amd64"),
        ("6.7", ""),
    ],
)  # fmt: skip
def test_the_packages_that_a_word_names(word: str, found: str) -> None:
    assert parts(word, _NAMES) == tuple(found.split())


def test_a_package_that_nobody_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path))
    with pytest.raises(LastputError) as error:
        locate("linux-image-1.0-amd64", fetch=False)
    assert error.value.slug == "no-kernel"


def test_a_monitor_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LastputError) as error:
        Monitor(tmp_path / "qmp")
    assert error.value.slug == "qemu-gone"
