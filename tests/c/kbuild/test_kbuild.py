"""Which files link into which module, and what Kconfig says of it."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastput.c.kbuild.cmake import generated_makefiles, settings
from lastput.c.kbuild.kconfig import symbol_types
from lastput.c.kbuild.makefile import read_makefile
from lastput.c.kbuild.modules import directory_modules, orphans

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


def _found(text: str, **files: str) -> dict[str, tuple[str, ...]]:
    """Modules of a Makefile at the top of a tree, with their sources; ``files`` are others, by name."""
    all_files = {"Makefile": text, **{name.replace("__", "."): body for name, body in files.items()}}
    sources = ["a.c", "b.c", "hal/c.c"]
    variables = read_makefile("", "Makefile", all_files.get, lambda pattern: _glob(pattern, sources))
    return {one.name: one.files for one in (*directory_modules("", variables), *orphans("", variables))}


def _glob(pattern: str, paths: list[str]) -> list[str]:
    prefix = "./" if pattern.startswith("./") else ""
    plain = pattern.removeprefix("./")
    return [prefix + one for one in paths if fnmatch(one, plain) and one.count("/") == plain.count("/")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What drivers outside the kernel write, each form once.
        ("obj-$(CONFIG_X) := a.o\n", {"a": ("a.c",)}),
        (
            "ifneq ($(KERNELRELEASE),)\n\tobj-m := m.o\n\tm-objs := a.o b.o\nelse\nall:\n\tmake\nendif\n",
            {"m": ("a.c", "b.c")},
        ),
        ("all:\n\techo obj-m > x\nclean:\n\trm a.o\nobj-m += a.o\n", {"a": ("a.c",)}),
        ("obj-$(if $(KBUILD_EXTMOD),m,$(CONFIG_X)) := m.o\nm-y := a.o\n", {"m": ("a.c",)}),
        (
            "SRCS = $(notdir $(wildcard $(M)/*.c))\nobj-m := m.o\nm-objs := $(SRCS:.c=.o)\n",
            {"m": ("a.c", "b.c")},
        ),
        ("obj-m := $(TARGET).o\n$(TARGET)-objs := a.o\n", {"target": ("a.c",)}),
        ("MODULES := m\nm-objs := a.o\n@INCLUDE_RULES@\n", {"m": ("a.c",)}),
        (
            "define one\nobj-m += $(1).o\n$(1)-y := $$($(1)_files)\nendef\nm_files := a.o b.o\n"
            "k_files = hal/c.o\n$(foreach n,m k,$(eval $(call one,$(n))))\n",
            {"m": ("a.c", "b.c"), "k": ("hal/c.c",)},
        ),
        ("obj-m := m.o\nm-y := $(patsubst %.c,%.o,$(filter-out a.c,a.c b.c))\n", {"m": ("b.c",)}),
        ("some-$(CONFIG_X) := a.o\nobj-m := b.o $(some-y)\n", {"a": ("a.c",), "b": ("b.c",)}),
        ("obj-m := m.o\nm-y := a.o \\\n\nk-y := b.o\nobj-m += k.o\n", {"m": ("a.c",), "k": ("b.c",)}),
    ],
)  # fmt: skip
def test_makefiles_as_people_write_them(text: str, expected: dict[str, tuple[str, ...]]) -> None:
    assert _found(text) == expected


def test_a_name_that_the_makefile_decides_is_one_name() -> None:
    text = (
        "CONFIG_A = n\nCONFIG_B = y\nifeq ($(CONFIG_A), y)\nNAME = one\nFILES += hal/c.o\nendif\n"
        "ifeq ($(CONFIG_B), y)\nNAME = two\nFILES += a.o\nendif\n"
        "obj-$(CONFIG_W) := $(NAME).o\n$(NAME)-y += b.o $(FILES)\n"
    )
    (found,) = _found(text).items()
    assert (found[0], set(found[1])) == ("two", {"a.c", "b.c", "hal/c.c"})


def test_what_is_not_known_is_read_both_ways() -> None:
    text = "ifeq ($(ARCH),arm)\nNAME := one\nelse\nNAME := two\nendif\nobj-m := $(NAME).o\n"
    assert _found(text) == {"one": ("one.c",), "two": ("two.c",)}


def test_includes_are_found_where_make_would_run_elsewhere() -> None:
    files = {"src/Makefile": "include $(TOP)/src/rules.mk\n", "src/rules.mk": "obj-m := a.o\n"}
    (module,) = directory_modules("src", read_makefile("src", "Makefile", files.get))
    assert module.files == ("src/a.c",)


def test_strings_of_cmake_that_are_a_kbuild_file() -> None:
    text = 'file(WRITE Kbuild "obj-m := m.o\\nm-y := a.o\\n")\nset(NAME "lp")\nmessage("obj-m")\n'
    assert next(generated_makefiles(text)) == "obj-m := m.o\nm-y := a.o\n"
    assert list(settings(text)) == [("NAME", "lp")]


_PIECES = (
    "obj-m", "a", "$(", "$(a)", ")", ":=", "=", "+=", "\n", "\t", " ", ",", "ifeq (", "else", "endif",
    "define a\n", "endef", "$(call a,", "$(foreach a,b,", "$(eval ", "$$", "\\\n", "include ", "{",
)  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=40))
def test_any_text_is_read_to_its_end(words: list[str]) -> None:
    text = "".join(words)
    directory_modules("d", read_makefile("d", "Makefile", {"d/Makefile": text}.get))
