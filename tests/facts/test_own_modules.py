"""Modules of trees that are no kernel: what links, what nothing links, and what the base says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.facts.base import Facts
from lastput.facts.index import update
from lastput.facts.modules import entries_of

_INIT = "#include <linux/module.h>\nstatic int __init i(void) { return 0; }\nmodule_init(i);\n"
_PART = "#include <linux/slab.h>\nvoid part(void) { }\n"
_PROGRAM = "#include <stdio.h>\nint main(void) { return 0; }\n"


def _modules(tmp_path: Path, files: dict[str, str]) -> dict[str, tuple[bool, str, list[str]]]:
    """Name to whether it is modular, which file it goes by if nothing links it, and its files."""
    for path, text in files.items():
        (tmp_path / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / path).write_text(text)
    report = update(tmp_path / "tree", tmp_path / "cache", jobs=1)
    with Facts(tmp_path / "tree", report.database) as facts:
        rows = facts.sql(
            "SELECT m.name, m.modular, m.own, f.path FROM modules m JOIN module_files f ON f.module = m.id"
            " ORDER BY m.name, f.path"
        )
    found: dict[str, tuple[bool, str, list[str]]] = {}
    for name, modular, own, path in rows:
        found.setdefault(name, (bool(modular), own, []))[2].append(path)
    return found


def test_a_symbol_that_no_kconfig_declares_may_be_m(tmp_path: Path) -> None:
    files = {"Makefile": "obj-$(CONFIG_X) := m.o\nm-y := a.o\n", "a.c": _INIT}
    assert _modules(tmp_path, files) == {"m": (True, "", ["a.c"])}


@pytest.mark.parametrize("set_by", ["Makefile", "dkms.conf"])
def test_a_bool_that_something_sets_to_m(tmp_path: Path, set_by: str) -> None:
    files = {"Kconfig": "config X\n\tbool 'x'\n", "Kbuild": "obj-$(CONFIG_X) += a.o\n", "a.c": _INIT}
    assert _modules(tmp_path, {**files, set_by: 'MAKE="make CONFIG_X=m"\n'})["a"][0]


def test_what_no_makefile_links_goes_by_its_own_name(tmp_path: Path) -> None:
    files = {"src/a.c": _INIT, "src/b.c": _PART, "src/sub/c.c": _PART, "src/tool.c": _PROGRAM}
    assert _modules(tmp_path, files) == {"a": (True, "src/a.c", ["src/a.c", "src/b.c", "src/sub/c.c"])}


def test_two_beginnings_in_a_folder_share_nothing(tmp_path: Path) -> None:
    found = _modules(tmp_path, {"a.c": _INIT, "b.c": _INIT, "c.c": _PART})
    assert {name: files for name, (_, _, files) in found.items()} == {"a": ["a.c"], "b": ["b.c"]}


def test_beside_what_is_linked_a_file_stands_alone(tmp_path: Path) -> None:
    files = {"Makefile": "obj-m := a.o\n", "a.c": _INIT, "b.c": _INIT, "c.c": _PART}
    found = _modules(tmp_path, files)
    assert found == {"a": (True, "", ["a.c"]), "b": (True, "b.c", ["b.c"])}


def test_a_template_is_filled_in_with_what_the_script_sets(tmp_path: Path) -> None:
    files = {
        "driver/Makefile.in": "obj-m += @NAME@.o\n@NAME@-y := a.o\n",
        "CMakeLists.txt": 'set(NAME "probe")\n',
        "driver/a.c": _INIT,
    }
    assert _modules(tmp_path, files) == {"probe": (True, "", ["driver/a.c"])}


def test_a_source_is_found_where_a_variable_puts_it(tmp_path: Path) -> None:
    files = {"build/Kbuild": "obj-m := m.o\nm-y := $(TOP)/os/a.o\n", "src/os/a.c": _INIT, "other/a.c": _PART}
    assert _modules(tmp_path, files)["m"] == (True, "", ["src/os/a.c"])


def test_an_edit_moves_a_file_into_a_module_and_out(tmp_path: Path) -> None:
    assert _modules(tmp_path, {"Makefile": "\n", "a.c": _PART, "b.c": _INIT})["b"][1] == "b.c"
    assert _modules(tmp_path, {"Makefile": "obj-m := m.o\nm-y := a.o b.o\n"})["m"] == (
        True,
        "",
        ["a.c", "b.c"],
    )
    assert "b" in _modules(tmp_path, {"Makefile": "obj-m := a.o\n"})


def test_driver_macros_and_tables_are_known_without_headers(tmp_path: Path) -> None:
    text = (
        "#include <linux/pci.h>\nstatic int s_show(struct seq_file *m, void *v) { return 0; }\n"
        'DEFINE_SHOW_ATTRIBUTE(s);\nstatic struct pci_driver d = { .name = "d" };\nmodule_pci_driver(d);\n'
    )
    assert _modules(tmp_path, {"a.c": text}) == {"a": (True, "a.c", ["a.c"])}
    with Facts(tmp_path / "tree", update(tmp_path / "tree", tmp_path / "cache").database) as facts:
        assert [(one.role, one.target, one.object) for one in entries_of(facts, 1)] == [
            ("init", "pci_register_driver", "d"),
            ("exit", "pci_unregister_driver", "d"),
        ]
        assert facts.sql("SELECT name, type, macro FROM variables WHERE macro != ''") == [
            ("s_fops", "file_operations", "DEFINE_SHOW_ATTRIBUTE")
        ]
        owned = facts.sql("SELECT record FROM records WHERE type = 'module' AND pointers = 1")
        assert ("file_operations",) in owned and ("proto_ops",) in owned


def test_what_the_tree_declares_itself_counts(tmp_path: Path) -> None:
    _modules(tmp_path, {"a.c": _INIT, "b.h": "struct file_operations { int (*mine)(void); };\n"})
    (tmp_path / "tree" / "a.c").write_text(_INIT + "\n")
    with Facts(tmp_path / "tree", update(tmp_path / "tree", tmp_path / "cache").database) as facts:
        rows = facts.sql("SELECT field FROM records WHERE record = 'file_operations'")
    assert rows == [("mine",)]
