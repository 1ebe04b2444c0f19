"""Tables that macros make, found by the definitions of the macros."""

from __future__ import annotations

from pathlib import Path

from lastput.facts.base import Facts
from lastput.facts.index import update

_HEADER = r"""
#define DEFINE_FOO(__name)				\
static int __name ## _open(struct inode *inode)	\
{							\
	return foo_open(inode, __name ## _show);	\
}							\
static const struct file_operations __name ## _fops = {	\
	.owner	= THIS_MODULE,				\
	.open	= __name ## _open,			\
	.flags	= 3,					\
}
#define DEFINE_BAR(b) DEFINE_FOO(b ## _bar)
#define NO_TABLE(b) do { static struct x y = { .f = b }; use(&y); } while (0)
"""


def _fields(tree: Path, cache: Path) -> list[tuple[object, ...]]:
    with Facts(tree, update(tree, cache, jobs=1).database) as facts:
        return facts.sql(
            "SELECT f.variable_name, f.type, f.static, f.field, f.value, v.macro, f.line"
            " FROM fields f JOIN variables v ON v.id = f.variable WHERE v.macro != '' ORDER BY f.id"
        )


def _made(name: str, macro: str, line: int) -> list[tuple[object, ...]]:
    first = (f"{name}_fops", "file_operations", 1)
    return [
        (*first, "owner", "THIS_MODULE", macro, line),
        (*first, "open", f"{name}_open", macro, line),
    ]


def test_tables_are_made(tmp_path: Path) -> None:
    tree, cache = tmp_path / "tree", tmp_path / "cache"
    tree.mkdir()
    (tree / "foo.h").write_text(_HEADER)
    (tree / "a.c").write_text("int x;\nDEFINE_FOO(regs);\nDEFINE_BAR(state);\nNO_TABLE(z);\n")
    (tree / "b.c").write_text("DEFINE_FOO(b);\n")
    made = _made("state_bar", "DEFINE_BAR", 3) + _made("regs", "DEFINE_FOO", 2) + _made("b", "DEFINE_FOO", 1)
    assert _fields(tree, cache) == made

    # A changed user, then a changed definition.
    (tree / "b.c").write_text("\nDEFINE_FOO(bb);\n")
    assert _fields(tree, cache) == made[:4] + _made("bb", "DEFINE_FOO", 2)
    (tree / "foo.h").write_text(_HEADER.replace(".owner	= THIS_MODULE,", ".owner	= NULL,"))
    assert {row[4] for row in _fields(tree, cache) if row[3] == "owner"} == {"NULL"}
    (tree / "foo.h").unlink()
    assert _fields(tree, cache) == []
