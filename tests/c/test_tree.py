from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from lastput.c.tree import open_tree
from lastput.errors import LastputError

FILES = {
    "virt/kvm/async_pf.c": "int async_pf;\n",
    "virt/kvm/kvm_main.c": "int kvm_main;\n",
    "sound/core/init.c": "int sound;\n",
    "sound/core/memory.c": "int memory;\n",
    "README": "text\n",
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "lastput" / "trees"


def pack(path: Path, mode: str, top: str = "linux-source-9.9/") -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for name, text in FILES.items():
            info = tarfile.TarInfo(top + name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
        link = tarfile.TarInfo(top + "virt/link.c")
        link.type = tarfile.SYMTYPE
        link.linkname = "/etc/passwd"
        tar.addfile(link)
    return path


def error(path: Path | str, relpath: str = "virt/kvm/async_pf.c") -> LastputError:
    with pytest.raises(LastputError) as caught:
        open_tree(path).read(relpath)
    assert caught.value.remedy
    return caught.value


def test_directory(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / "k" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "k" / name).write_text(text)
    tree = open_tree(tmp_path / "k")
    tree.prefetch(["virt/kvm/async_pf.c"])
    assert tree.read("virt/kvm/async_pf.c") == "int async_pf;\n"
    assert tree.read("./virt//kvm/kvm_main.c") == "int kvm_main;\n"
    (tmp_path / "k/virt/bytes.c").write_bytes(b"a\xff\n")
    assert tree.read("virt/bytes.c") == "a\ufffd\n"
    assert error(tmp_path / "k", "virt/kvm/async_fp.c").remedy == "did you mean virt/kvm/async_pf.c?"
    assert error(tmp_path / "k", "kvm_main.c").remedy == "did you mean virt/kvm/kvm_main.c?"
    for outside in ("../x.c", "/etc/passwd", "virt/../../x", "", "a\0b", "virt/kvm"):
        assert error(tmp_path / "k", outside).slug == "not-in-tree"


@pytest.mark.parametrize("packing", ["w:", "w:xz", "w:gz", "w:bz2"])
@pytest.mark.parametrize("top", ["linux-source-9.9/", "./", ""])
def test_archive(tmp_path: Path, cache: Path, packing: str, top: str) -> None:
    path = pack(tmp_path / "tree.tar", packing, top)
    said: list[str] = []
    tree = open_tree(path, said.append)
    assert not said
    tree.prefetch(["virt/kvm/async_pf.c", "sound/core/init.c", "no/such.c"])
    assert tree.read("virt/kvm/async_pf.c") == "int async_pf;\n"
    assert tree.read("sound/core/init.c") == "int sound;\n"
    assert tree.read("virt/kvm/kvm_main.c") == "int kvm_main;\n"  # a common directory
    assert len(said) == 1
    # Another run finds them in the cache, and knows without looking what is not there.
    again = open_tree(path, said.append)
    assert again.read("sound/core/memory.c") == "int memory;\n"
    assert error(path, "virt/kvm/async_fp.c").remedy == "did you mean virt/kvm/async_pf.c?"
    assert error(path, "virt/link.c").slug == "not-in-tree"
    assert len(said) == 1
    (folder,) = cache.iterdir()
    assert not [f for f in folder.rglob("*") if f.name.startswith(".new-")]
    assert again.read("README") == "text\n"
    assert len(said) == 2


def test_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    said: list[str] = []
    tree = open_tree(pack(tmp_path / "t.tar", "w:"), said.append)
    assert tree.read("virt/kvm/async_pf.c") == "int async_pf;\n"
    assert said[1].startswith("not kept in ")


def test_disk_full_leaves_nothing_half_written(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    tree = open_tree(pack(tmp_path / "t.tar.xz", "w:xz"))
    assert tree.read("sound/core/init.c") == "int sound;\n"
    assert [f for f in cache.rglob("*") if f.is_file()] == []


@pytest.mark.parametrize("packing", ["w:", "w:xz", "w:gz", "w:bz2"])
def test_damaged_archive(tmp_path: Path, cache: Path, packing: str) -> None:
    whole = pack(tmp_path / "whole.tar", packing).read_bytes()
    short = tmp_path / "short.tar"
    for size in (600, 1024, len(whole) // 2) if packing == "w:" else (40, len(whole) - 9):
        short.write_bytes(whole[:size])
        assert error(short).slug == "bad-tree"
    if packing != "w:":
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 0x10
        short.write_bytes(flipped)
        assert error(short).slug == "bad-tree"
    assert not list(cache.rglob("*.c"))


def test_no_tree(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("hello\n")
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing", "empty", "text", "pipe", "text/below", "a\0b", "x" * 5000):
        assert error(tmp_path / name if "\0" not in name else name).slug == "no-tree"
    with tarfile.open(tmp_path / "other.tar", "w") as tar:
        tar.add(tmp_path / "text", "other/text")
    assert error(tmp_path / "other.tar").slug == "no-tree"
    assert str(error(tmp_path / "missing")).count("\n") == 1


@pytest.mark.parametrize(
    "makefile, release",
    [
        ("VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\n", "6.12"),
        ("VERSION = 2\nPATCHLEVEL = 6\nSUBLEVEL = 38\n", "2.6.38"),
        ("all:\n", ""),
        (None, ""),
    ],
)
def test_the_release_is_that_of_the_makefile(tmp_path: Path, makefile: str | None, release: str) -> None:
    (tmp_path / "kernel").mkdir()
    if makefile is not None:
        (tmp_path / "Makefile").write_text(makefile)
    assert open_tree(str(tmp_path)).release() == release
