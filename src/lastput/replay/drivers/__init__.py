"""Small modules of our own, built for the kernel under test: a story that no distribution ships."""

from __future__ import annotations

__all__ = ["build", "headers", "names"]

import shutil
from importlib import resources
from pathlib import Path

from lastput.errors import LastputError
from lastput.replay import cache, guest_image
from lastput.replay.kernel import Kernel, ModuleFile, read_module

_KBUILD = "obj-m := {name}.o\n"


def names() -> tuple[str, ...]:
    """The drivers that lastput brings, sorted."""
    folder = resources.files("lastput.replay.drivers")
    return tuple(sorted(one.name.removesuffix(".c") for one in folder.iterdir() if one.name.endswith(".c")))


def headers(release: str) -> Path:
    """Where the headers of a kernel are. Raises LastputError ``no-headers``."""
    for place in (Path(f"/lib/modules/{release}/build"), Path(f"/usr/src/linux-headers-{release}")):
        if (place / "Makefile").is_file():
            return place.resolve()
    raise LastputError(
        "no-headers",
        f"the headers of kernel {release} are needed to build a driver for it",
        f"apt install linux-headers-{release}",
    )


def build(name: str, kernel: Kernel) -> ModuleFile:
    """One driver, built once for each kernel. Raises LastputError ``no-module``, ``no-headers``,
    ``no-compiler`` or ``build-failed``."""
    if name not in names():
        raise LastputError("no-module", f"lastput brings no driver {name}", f"it brings {', '.join(names())}")
    source = resources.files("lastput.replay.drivers").joinpath(f"{name}.c").read_bytes()
    tree = headers(kernel.release)

    def make(into: Path) -> None:
        work = into / "work"
        work.mkdir()
        (work / f"{name}.c").write_bytes(source)
        (work / "Kbuild").write_text(_KBUILD.format(name=name))
        guest_image.build(["make", "-s", "-C", str(tree), f"M={work}", "modules"], work)
        shutil.move(work / f"{name}.ko", into / f"{name}.ko")
        shutil.rmtree(work)

    return read_module(cache.made("drivers", (source, kernel.key.encode()), make) / f"{name}.ko")
