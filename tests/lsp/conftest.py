"""A small driver in a tree of its own, and its fact base."""

from __future__ import annotations

from pathlib import Path

import pytest

DRIVER = """\
#include <linux/workqueue.h>
struct foo { struct work_struct work; };
static struct foo *foo;
static void foo_work(struct work_struct *work) { poll(work); }
static int foo_find(struct device *d)
{
	struct device_node *np = of_parse_phandle(d->of_node, "phy", 0);

	if (!np)
		return -ENODEV;
	if (of_property_read_u32(np, "reg", NULL)) {
		of_node_put(np);
		return -EINVAL;
	}
	of_node_put(np);
	return 0;
}
static int foo_release(struct inode *i, struct file *f) { module_put(THIS_MODULE); return 0; }
static const struct file_operations foo_fops = { .owner = THIS_MODULE, .release = foo_release };
static int foo_init(void)
{
	INIT_WORK(&foo->work, foo_work);
	schedule_work(&foo->work);
	return 0;
}
module_init(foo_init);
static void __exit foo_exit(void)
{
	cancel_work_sync(&foo->work);
}
module_exit(foo_exit);
"""

#: A reference that is lost, and a work item that nobody waits for.
LEAK = DRIVER.replace("\t\tof_node_put(np);\n\t\treturn -EINVAL;", "\t\treturn -EINVAL;")
UNWAITED = DRIVER.replace("\tcancel_work_sync(&foo->work);\n", "")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "tree"
    root.mkdir()
    (root / "Makefile").write_text("obj-m := foo.o\n")
    (root / "foo.c").write_text(DRIVER)
    return root
