"""What a command is pointed at: a tree, a part of one, a packed one, headers beside it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from lastput.cli.asked import asked, tree_of
from lastput.cli.main import main
from lastput.errors import LastputError

_INIT = "#include <linux/fs.h>\nstatic int i(void) { return 0; }\nmodule_init(i);\n"
#: An object whose release callback puts the module, and nothing that has an owner.
_TABLE = _INIT + (
    "static int r(struct inode *i, struct file *f) { module_put(THIS_MODULE); return 0; }\n"
    "static const struct mine_operations o = { .release = r };\n"
    "static void __exit e(void) { }\nmodule_exit(e);\n"
)
_HEADER = "struct mine_operations { struct module *owner; int (*release)(struct inode *, struct file *); };\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    root = tmp_path / "linux"
    _write(
        root,
        {"Kbuild": "", "Kconfig": "", "MAINTAINERS": "", "drivers/a/a.c": _TABLE, "drivers/b/b.c": _TABLE},
    )
    _write(root, {"drivers/a/Makefile": "obj-m += a.o\n", "drivers/b/Makefile": "obj-m += b.o\n"})
    _write(root, {"include/linux/module.h": "\n", "include/linux/fs.h": _HEADER})
    return root


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def test_a_part_of_a_kernel_means_the_tree_above(kernel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = asked([str(kernel / "drivers/a"), str(kernel / "drivers/b/b.c")])
    assert (found.root.resolve(), found.paths) == (kernel.resolve(), ("drivers/a", "drivers/b/b.c"))
    assert asked([str(kernel)]).paths == ()
    monkeypatch.chdir(kernel / "drivers")
    assert asked([]).paths == ("drivers",)


def test_a_file_belongs_to_what_it_is_built_with(tmp_path: Path) -> None:
    _write(tmp_path / "m", {"Makefile": "", "src/Makefile": "", "src/a.c": _INIT})
    assert tree_of(tmp_path / "m/src/a.c") == (tmp_path / "m").resolve()
    assert tree_of(tmp_path / "m/src") == tmp_path / "m/src"


def test_two_trees_are_refused(kernel: Path, tmp_path: Path) -> None:
    _write(tmp_path / "m", {"a.c": _INIT})
    with pytest.raises(LastputError) as caught:
        asked([str(kernel / "drivers/a"), str(tmp_path / "m")])
    assert caught.value.slug == "two-trees"


@pytest.mark.parametrize("word", ["nowhere", "notes.txt"])
def test_what_is_neither_is_refused(tmp_path: Path, word: str) -> None:
    (tmp_path / "notes.txt").write_text("no archive")
    with pytest.raises(LastputError) as caught:
        asked([str(tmp_path / word)])
    assert caught.value.slug == "no-tree"


def test_only_what_is_asked_is_reported(kernel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(kernel), "--rules", "MOD001"]) == 1
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "drivers/a/a.c",
        "drivers/b/b.c",
    ]
    assert main(["audit", str(kernel / "drivers/b"), "--rules", "MOD001"]) == 1
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["drivers/b/b.c"]
    assert main(["audit", str(kernel / "include"), "--rules", "MOD001"]) == 0


@pytest.mark.parametrize("around", ["linux-6.99/", ""])
def test_a_packed_tree_is_taken_for_one(
    kernel: Path, tmp_path: Path, around: str, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "linux-6.99.tar.gz"
    with tarfile.open(packed, "w:gz") as tar:
        for path in sorted(one for one in kernel.rglob("*") if one.is_file()):
            data = path.read_bytes()
            member = tarfile.TarInfo(around + path.relative_to(kernel).as_posix())
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    assert main(["audit", str(packed), "--rules", "MOD001"]) == 1
    out, err = capsys.readouterr()
    assert "drivers/a/a.c:4" in out and "unpacking linux-6.99.tar.gz: once" in err
    assert main(["index", str(packed)]) == 0
    assert "unpacking" not in capsys.readouterr().err


def test_a_damaged_archive_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = tmp_path / "x.tar.xz"
    packed.write_bytes(b"\xfd7zXZ\0" + b"rubbish")
    assert main(["audit", str(packed)]) == 2
    assert "[bad-tree]" in capsys.readouterr().err
    assert [one.name for one in (tmp_path / "cache/sources").iterdir()] == [".lock"]


def test_headers_of_a_kernel_tell_what_the_module_alone_does_not(
    kernel: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path / "m", {"Makefile": "obj-m := a.o\n", "a.c": _TABLE})
    main(["audit", str(tmp_path / "m"), "--rules", "MOD001"])
    assert "mine_operations" not in capsys.readouterr().out
    assert main(["audit", str(tmp_path / "m"), "--rules", "MOD001", "--kernel", str(kernel)]) == 1
    assert "a.c:4: warning: [MOD001]" in capsys.readouterr().out


def test_headers_as_debian_splits_them(kernel: Path, tmp_path: Path) -> None:
    _write(tmp_path, {"headers-amd64/Makefile": f"include {kernel}/Makefile\n", "m/a.c": _TABLE})
    assert (
        main(["audit", str(tmp_path / "m"), "--rules", "MOD001", "--kernel", str(tmp_path / "headers-amd64")])
        == 1
    )


def test_a_folder_without_headers_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path, {"m/a.c": _INIT, "empty/x": ""})
    assert main(["audit", str(tmp_path / "m"), "--kernel", str(tmp_path / "empty")]) == 2
    assert "[no-headers]" in capsys.readouterr().err
