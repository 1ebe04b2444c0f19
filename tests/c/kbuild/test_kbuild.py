"""Which files link into which module, and what Kconfig says of it."""

from __future__ import annotations

from lastput.c.kbuild.kconfig import symbol_types
from lastput.c.kbuild.makefile import read_makefile
from lastput.c.kbuild.modules import directory_modules

_FILES = {
    "drivers/foo/Makefile": """\
obj-$(CONFIG_FOO) += foo.o
foo-y := core.o \\
	ops.o
foo-$(CONFIG_FOO_DEBUG) += debug.o
obj-m += alone.o   # a comment
include $(src)/more.mk
obj-y += built.o
""",
    "drivers/foo/more.mk": "obj-$(CONFIG_BAR) += bar-drv.o\nbar-drv-objs := bar.o\n",
}


def test_modules_of_a_directory() -> None:
    variables = read_makefile("drivers/foo", "Makefile", _FILES.get)
    found = {one.name: one for one in directory_modules("drivers/foo", variables)}
    assert {name: (one.goal, one.config) for name, one in found.items()} == {
        "foo": ("config", "FOO"),
        "alone": ("m", ""),
        "bar_drv": ("config", "BAR"),
        "built": ("y", ""),
    }
    assert found["foo"].files == ("drivers/foo/core.c", "drivers/foo/ops.c", "drivers/foo/debug.c")
    assert found["bar_drv"].files == ("drivers/foo/bar.c",)


def test_a_makefile_that_includes_itself_ends() -> None:
    read_makefile("d", "Makefile", {"d/Makefile": "include $(src)/Makefile\nobj-y += a.o\n"}.get)


def test_the_wider_type_of_a_symbol_wins() -> None:
    text = "config A\n\tbool 'a'\nconfig B\n\tdef_bool y\nmenuconfig A\n\ttristate 'a'\nendmenu\n\tbool\n"
    assert symbol_types(text) == {"A": "tristate", "B": "bool"}
