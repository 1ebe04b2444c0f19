"""Which of several definitions a C file sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.c.tree import open_tree
from lastput.errors import LastputError
from lastput.facts.definitions.arms import options_around
from lastput.facts.definitions.config import Config, read_config
from lastput.facts.definitions.lookup import Headers, View
from lastput.facts.definitions.scan import Kind

_FILES = {
    "drivers/a/Makefile": "ccflags-y += -I$(srctree)/$(src)/inc\nobj-m += a.o\n",
    "drivers/a/a.c": '#include <linux/a.h>\n#include "own.h"\n#include <far.h>\n',
    "drivers/a/own.h": "#define LIMIT 3\n",
    "drivers/a/inc/far.h": "#define FAR 1\n",
    "drivers/b/own.h": "#define LIMIT 4\n#define ONLY_B 1\n",
    "include/linux/a.h": """#ifndef _A_H
#define _A_H
#include <linux/deep.h>
#if IS_ENABLED(CONFIG_A) && WIDTH == 64
int on(int);
#else
static inline int on(int x) { return 0; }
#endif
#define WIDTH 64
#ifndef read_it
#define read_it read_it
static inline int read_it(void) { return 1; }
#endif
#endif
""",
    "include/linux/deep.h": "#define SHARED 1\n",
    "include/linux/other.h": "#define SHARED 2\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    for name, text in _FILES.items():
        path = tmp_path / "linux" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "linux"


def _view(tree: Path, config: Config | None = None) -> View:
    return Headers(open_tree(tree), config).view("drivers/a/a.c")


def _path(view: View, name: str) -> str:
    found = view.find(name, (Kind.MACRO,))
    return "" if found is None else found.path


def test_the_header_that_the_file_includes_counts(tree: Path) -> None:
    view = _view(tree)
    assert _path(view, "LIMIT") == "drivers/a/own.h"
    assert _path(view, "FAR") == "drivers/a/inc/far.h"
    assert _path(view, "SHARED") == "include/linux/deep.h"
    assert _path(view, "ONLY_B") == "" == _path(view, "NOWHERE")


def test_the_arm_that_is_on_counts(tree: Path) -> None:
    kinds = (Kind.FUNCTION, Kind.PROTOTYPE)
    on = _view(tree).find("on", kinds)
    off = _view(tree, Config({"CONFIG_B": "y"})).find("on", kinds)
    assert on is not None and on.kind == Kind.PROTOTYPE
    assert off is not None and off.kind == Kind.FUNCTION
    assert _view(tree).find("read_it", kinds) is not None


def test_a_header_that_changes_is_read_again(tree: Path) -> None:
    assert _path(_view(tree), "SHARED") == "include/linux/deep.h"
    (tree / "include/linux/deep.h").write_text("/* gone, and longer than before */\n")
    # A header that the file does not include defines it too: that is another macro.
    assert _path(_view(tree), "SHARED") == ""


def test_config_file(tmp_path: Path) -> None:
    file = tmp_path / ".config"
    file.write_text("CONFIG_A=y\nCONFIG_M=m\nCONFIG_HZ=100\n# CONFIG_OFF is not set\n")
    config = read_config(str(file))
    assert [config.in_header(f"CONFIG_{one}") for one in ("A", "M", "M_MODULE", "HZ", "OFF")] == [
        "1", "", "1", "100", "",
    ]  # fmt: skip
    with pytest.raises(LastputError, match="config-file"):
        (tmp_path / "empty").write_text("")
        read_config(str(tmp_path / "empty"))


def test_what_a_function_needs() -> None:
    text = "#ifdef CONFIG_A\n#if !IS_ENABLED(CONFIG_B)\nint f(void);\n#else\nint g(void);\n#endif\n#endif\n"
    assert list(options_around(text, text.index("int f"))) == ["CONFIG_A"]
    assert list(options_around(text, text.index("int g"))) == ["CONFIG_A", "CONFIG_B"]
