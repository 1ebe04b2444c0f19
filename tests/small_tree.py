"""A tree of one driver, for tests that need a finding and not a kernel."""

from __future__ import annotations

__all__ = ["CODE", "FINGERPRINT", "PLACE", "lost_reference", "module_outside"]

from pathlib import Path

#: Where lost_reference() loses it (REF001).
PLACE = "drivers/foo/foo.c:15"
FINGERPRINT = "a7c7b7aa6f9a5299"

CODE = """\
#include <linux/of.h>

static int foo_id(const struct device_node *np)
{
	return np->phandle;
}

int foo_parse(struct device *dev)
{
	struct device_node *np = of_find_node_by_name(NULL, "foo");

	if (!np)
		return -ENODEV;
	if (foo_id(np) < 0)
		return -EINVAL;
	of_node_put(np);
	return 0;
}
"""

_MODULE = """\
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

static int mine_release(struct inode *inode, struct file *file)
{
	return 0;
}

static const struct proc_ops mine_ops = {
	.proc_release = mine_release,
};

static int __init mine_init(void)
{
	proc_create("mine", 0, NULL, &mine_ops);
	return 0;
}
module_init(mine_init);
"""


def lost_reference(root: Path) -> Path:
    """Write the tree into a new folder; gives the folder."""
    for folder in ("kernel", "include/linux", "drivers/foo"):
        (root / folder).mkdir(parents=True)
    (root / "drivers/foo/foo.c").write_text(CODE)
    (root / "drivers/Makefile").write_text("obj-m += foo/\n")
    (root / "drivers/foo/Makefile").write_text("obj-m += foo.o\n")
    return root


def module_outside(root: Path) -> Path:
    """Write a module of one file, with its Makefile, into a new folder; gives the folder."""
    root.mkdir(parents=True)
    (root / "mine.c").write_text(_MODULE)
    (root / "Makefile").write_text("obj-m += mine.o\n")
    return root
