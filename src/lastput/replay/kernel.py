"""A distribution's kernel: its image, its modules, and what they say of themselves."""

from __future__ import annotations

__all__ = ["Facts", "Kernel", "ModuleFile", "open_kernel"]

import lzma
import os
from functools import cached_property
from pathlib import Path

import msgspec
import zstandard

from lastput.errors import LastputError, Place
from lastput.replay import cache, deb, elf, vmlinux
from lastput.replay.btf import Btf, Index

_PADDING = b"\xcc" * 32  # what the compiler puts between functions: int3
_SPOTS = 16
_FORMAT = b"3"
_HEAD = 1 << 20  # of a package: it has the checksums of all files


class ModuleFile(msgspec.Struct, frozen=True):
    """A module as it is loaded: ``data`` is the unpacked ELF file."""

    name: str
    data: bytes
    needs: tuple[str, ...]


class Facts(msgspec.Struct, frozen=True):
    """What was read out of the image, at link addresses. ``padding`` lists addresses in .text where at
    least 32 bytes are int3."""

    symbols: dict[str, tuple[int, ...]]
    btf: bytes
    types: Index
    padding: tuple[int, ...]


class Kernel:
    """``release`` is what uname -r prints; ``key`` identifies the image."""

    def __init__(self, image: Path, modules: Path) -> None:
        self.image = image
        self.modules = modules
        self.release = modules.name
        self._files: dict[str, str] = {}  # a Path for each of thousands takes long
        made = cache.made("facts", (_FORMAT, image.read_bytes()), self._read)
        self.key = made.name
        self.facts = msgspec.msgpack.decode((made / "facts").read_bytes(), type=Facts)
        self.btf = Btf(self.facts.btf, self.facts.types)

    @cached_property
    def by_address(self) -> tuple[list[tuple[int, str]], list[int]]:
        """All symbols in the order of their addresses, and those addresses alone, for bisection."""
        found = sorted((place, name) for name, places in self.facts.symbols.items() for place in places)
        return found, [place for place, _ in found]

    def module(self, name: str) -> ModuleFile:
        """A module of this kernel by its name. Raises LastputError ``no-module``."""
        if not self._files:
            for folder, folders, files in os.walk(self.modules):
                folders.sort()
                for file in sorted(one for one in files if ".ko" in one):
                    self._files[_plain(file.partition(".ko")[0])] = f"{folder}/{file}"
        path = self._files.get(_plain(name))
        if path is None:
            raise LastputError(
                "no-module",
                f"kernel {self.release} has no module {name}",
                "cloud kernels leave most drivers out: take the one without -cloud-"
                if "cloud" in self.release
                else "name one of its own, or a driver that lastput brings",
                Place(str(self.modules)),
            )
        return read_module(Path(path))

    def with_needs(self, wanted: tuple[str, ...]) -> tuple[tuple[ModuleFile, str], ...]:
        """The modules and all that they need, in the order in which they can be loaded, each with its
        parameters. ``wanted`` are names, with parameters behind them if there are any."""
        given = {_plain(name): rest for name, _, rest in (one.partition(" ") for one in wanted)}
        found: dict[str, tuple[ModuleFile, str]] = {}

        def add(name: str) -> None:
            module = self.module(name)
            for need in module.needs:
                if need not in found:
                    add(need)
            found.setdefault(module.name, (module, given.get(module.name, "")))

        for name in given:
            add(name)
        return tuple(found.values())

    def _read(self, into: Path) -> None:
        from lastput.replay import kallsyms  # numpy takes long to import

        data = vmlinux.extract(self.image.read_bytes(), str(self.image))
        named = {one.name: one for one in elf.sections(data, str(self.image))}
        if ".text" not in named or ".rodata" not in named:
            raise LastputError(
                "bad-kernel", "the image has no .text or no .rodata", "name a vmlinuz", Place(str(self.image))
            )
        text = named[".text"]
        spots: list[int] = []
        at = text.data.find(_PADDING)
        while at >= 0 and len(spots) < _SPOTS:
            spots.append(text.address + at + 8)
            at = text.data.find(_PADDING, at + 4096)
        btf = named[".BTF"].data if ".BTF" in named else b""
        symbols = kallsyms.read(named[".rodata"].data, named[".rodata"].address, str(self.image))
        facts = Facts(symbols, btf, Btf(btf).index(), tuple(spots))
        (into / "facts").write_bytes(msgspec.msgpack.encode(facts))


def read_module(path: Path) -> ModuleFile:
    """A module from a file, compressed or not. Raises LastputError ``bad-elf``."""
    data = path.read_bytes()
    try:
        if path.suffix == ".xz":
            data = lzma.decompress(data)
        elif path.suffix == ".zst":
            data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    except (lzma.LZMAError, zstandard.ZstdError) as error:
        raise LastputError(
            "bad-elf", f"the module is damaged: {error}", "unpack it again", Place(str(path))
        ) from None
    info = next((one.data for one in elf.sections(data, str(path)) if one.name == ".modinfo"), b"")
    lines = dict(line.split(b"=", 1) for line in info.split(b"\0") if b"=" in line)
    needs = tuple(_plain(one) for one in lines.get(b"depends", b"").decode().split(",") if one)
    return ModuleFile(_plain(path.name.partition(".ko")[0]), data, needs)


def open_kernel(*parts: Path, modules: Path | None = None) -> Kernel:
    """A kernel from its packages (one, or image and modules apart), from the directory that they were
    unpacked into, or from a vmlinuz with ``modules``. Raises LastputError ``no-kernel`` or
    ``bad-package``."""
    parts = tuple(path.absolute() for path in parts)
    modules = modules.absolute() if modules else None
    path = parts[0]
    if path.is_dir():
        return _from_folder(path, modules)
    if not path.is_file():
        raise LastputError("no-kernel", f"{path} is not there", "--fetch downloads a package of that name")
    with path.open("rb") as file:
        package = file.read(8) == b"!<arch>\n"
    if not package and path.suffix != ".deb":
        if modules is None and list(path.parent.glob("kernel")):
            modules = path.parent
        if modules is None:
            raise LastputError(
                "no-kernel",
                f"{path.name} is an image without its modules",
                "name them with --modules /lib/modules/RELEASE, or name the package",
                Place(str(path)),
            )
        return Kernel(path, modules)

    def make(into: Path) -> None:
        for one in parts:
            deb.unpack(one, into, _wanted)

    unpacked = cache.made("kernels", [piece for one in parts for piece in _identity(one)], make)
    return _from_folder(unpacked, modules)


def _identity(package: Path) -> tuple[bytes, bytes]:
    with package.open("rb") as file:
        return str(package.stat().st_size).encode(), file.read(_HEAD)


def _wanted(name: str) -> bool:
    if "lib/modules/" in name:
        return ".ko" in name or name.endswith("/vmlinuz")
    return name.startswith("boot/vmlinuz")


def _from_folder(folder: Path, modules: Path | None) -> Kernel:
    """The image is in boot/, in the directory of the modules, or where ``folder`` is that."""
    releases = (
        [modules] if modules else sorted([*folder.glob("lib/modules/*"), *folder.glob("usr/lib/modules/*")])
    )
    if modules is None and (folder / "vmlinuz").is_file() and (folder / "kernel").is_dir():
        releases = [folder]
    others = sorted([*folder.glob("boot/vmlinuz*"), *folder.glob("vmlinuz*")])
    alone = ""
    for release in releases:
        for image in (release / "vmlinuz", *others):
            fits = image.parent == release or release.name in image.name or len(others) == len(releases) == 1
            if not fits or not image.is_file():
                continue
            if any(release.rglob("*.ko*")):
                return Kernel(image, release)
            alone = release.name
    if alone:
        raise LastputError(
            "no-kernel",
            f"the image of {alone} is there, but none of its modules",
            f"they are in linux-modules-{alone}: put it beside, or --fetch gets both",
        )
    raise LastputError(
        "no-kernel",
        f"{folder} has no boot/vmlinuz-RELEASE nor lib/modules/RELEASE/vmlinuz, with its lib/modules/RELEASE",
        "name a version with --fetch, or unpack all packages of a kernel: dpkg -x PACKAGE.deb DIRECTORY",
    )


def _plain(name: str) -> str:
    return name.replace("-", "_")
