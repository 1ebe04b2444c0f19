"""Names for addresses: of loaded and unloaded modules, from maps and from ELF files."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from lastput.errors import LastputError
from lastput.splat import rules
from lastput.splat.reader import read
from lastput.splat.symbols import Symbols, read_elf, read_map, resolve
from tests.splat.corpus import LOGS

_KALLSYMS = """\
ffffffff81000000 T _stext
ffffffff81000040 t do_one_initcall
ffffffffc0a3d000 t acme_release\t[acme]
ffffffffc0a3d1c0 t acme_open\t[acme]
ffffffffc0a3d300 t acme_ioctl\t[acme]
ffffffffc0a3e000 d acme_fops\t[acme]
"""


def test_an_unloaded_function_gets_its_name_back(tmp_path: Path) -> None:
    """The RIP of an Oops in text that is gone, with the symbols of the time before."""
    before = tmp_path / "kallsyms.before"
    before.write_text(_KALLSYMS)
    with (LOGS / "text-gone-in-release.txt").open("rb") as stream:
        report = read(stream).reports[0]
    report = resolve(report, Symbols(read_map(before)))
    assert report.rip is not None
    assert (report.rip.function, report.rip.module, report.rip.offset) == ("acme_open", "acme", 0x35)
    assert "at acme_open()+0x35, where acme had its text" in rules.judge(report).story


def test_the_base_of_a_module_may_stand_in_the_log() -> None:
    with (LOGS / "noisy-modules-file-then-oops.txt").open("rb") as stream:
        log = read(stream)
    assert log.bases == {"acme": 0xFFFFFFFFC0A3C000, "zed": 0xFFFFFFFFC0712000}
    report = resolve(log.reports[0], Symbols((), log.bases))
    assert report.rip is not None
    assert (report.rip.module, report.rip.offset) == ("acme", 0x11F5)


def test_nothing_is_invented() -> None:
    symbols = Symbols([(0x1000, "f", ""), (0x1100, "g", "")], {"acme": 0x9000_0000})
    assert symbols.find(0xFFF) is None
    assert symbols.find(0x1100 + (17 << 20)) is None
    found = symbols.find(0x10FF)
    assert found is not None
    assert (found.function, found.offset) == ("f", 0xFF)


@pytest.mark.parametrize(
    ("text", "why"),
    [("0000000000000000 T _stext\n", "kptr_restrict"), ("hello\n", "no lines"), ("", "no lines")],
)
def test_a_useless_map_is_told(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "map"
    path.write_text(text)
    with pytest.raises(LastputError, match=why) as caught:
        read_map(path)
    assert caught.value.slug == "bad-symbols"


def test_elf_files(tmp_path: Path) -> None:
    """This interpreter's own libraries are ELF files; a module needs its base."""
    pytest.importorskip("elftools")
    junk = tmp_path / "vmlinux"
    junk.write_bytes(b"\x7fELF" + bytes(200))
    with pytest.raises(LastputError) as caught:
        read_elf(junk, {})
    assert caught.value.slug == "bad-symbols"


def test_symbols_of_a_module_file(tmp_path: Path) -> None:
    """A .ko is a relocatable object: functions of .text, moved to the base."""
    pytest.importorskip("elftools")
    import shutil
    import subprocess

    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("needs gcc: apt install gcc")
    source = tmp_path / "acme.c"
    source.write_text("int acme_a(void) { return 1; }\nint acme_b(void) { return acme_a(); }\n")
    module = tmp_path / "acme.ko"
    subprocess.run([gcc, "-c", "-O0", "-o", str(module), str(source)], check=True)
    rows = read_elf(module, {"acme": 0xFFFFFFFFC0000000})
    assert [name for _, name, _ in sorted(rows)] == ["acme_a", "acme_b"]
    assert min(rows)[0] == 0xFFFFFFFFC0000000
    with pytest.raises(LastputError) as caught:
        read_elf(module, {})
    assert caught.value.slug == "no-module-base"


def test_registers_and_modules_are_read() -> None:
    text = (LOGS / "gpf-freed-slab.txt").read_text()
    report = read(io.BytesIO(text.encode())).reports[0]
    assert report.registers["RAX"] == "6b6b6b6b6b6b6b6b"
    assert report.modules == ("acme",)
