"""A small made-up tree with a core, two modules and a header."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lastput.facts.base import Facts
from lastput.facts.index import update

_FILES = {
    "Kconfig": "config FOO\n\ttristate 'foo'\nconfig BAR\n\tbool 'bar'\n",
    "include/linux/device/driver.h": r"""
#define module_driver(__driver, __register, __unregister, ...) \
static int __init __driver##_init(void) \
{ \
	return __register(&(__driver) , ##__VA_ARGS__); \
} \
module_init(__driver##_init); \
static void __exit __driver##_exit(void) \
{ \
	__unregister(&(__driver) , ##__VA_ARGS__); \
} \
module_exit(__driver##_exit);
""",
    "include/linux/foo.h": (
        "#define module_foo_driver(d) module_driver(d, foo_register, foo_unregister)\n"
        "#define foo_put_macro(f) kref_put(&(f)->ref, foo_free)\n"
        "struct foo_ops { int (*open)(struct foo *f); };\n"
        "struct foo { struct foo_ops *ops; struct kref ref; struct work_struct work; };\n"
    ),
    "drivers/foo/Makefile": """\
obj-$(CONFIG_FOO) += foo.o
foo-y := core.o \\
	ops.o
obj-$(CONFIG_BAR) += bar.o
""",
    "drivers/foo/core.c": """\
#include <linux/foo.h>
static void foo_free(struct kref *ref) { kfree(container_of(ref, struct foo, ref)); }
void foo_put(struct foo *f) { kref_put(&f->ref, foo_free); }
EXPORT_SYMBOL_GPL(foo_put);
static void work_fn(struct work_struct *work)
{
	struct foo *f = container_of(work, struct foo, work);
	foo_put(f);
}
int foo_start(struct foo *f)
{
	int err = f->ops->open(f);
	INIT_WORK(&f->work, work_fn);
	if (!err)
		schedule_work(&f->work);
	return err;
}
EXPORT_SYMBOL_GPL(foo_start);
static int __init foo_init(void) { foo_fops.owner = THIS_MODULE; return 0; }
static void __exit foo_exit(void) { }
module_init(foo_init);
module_exit(foo_exit);
""",
    "drivers/foo/ops.c": """\
static int open(struct foo *f) { return 0; }
static const struct foo_ops the_ops = { .open = open };
struct file_operations foo_fops = { .release = rel };
""",
    "drivers/foo/bar.c": """\
static struct foo_driver bar_driver = { .owner = THIS_MODULE };
static int open(struct foo *f) { foo_start(f); return try_module_get(THIS_MODULE); }
module_foo_driver(bar_driver);
""",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The tree on disk."""
    top = tmp_path / "linux"
    for name, text in _FILES.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return top


@pytest.fixture
def facts(tree: Path, tmp_path: Path) -> Iterator[Facts]:
    """Its fact base."""
    report = update(tree, tmp_path / "cache", jobs=1)
    with Facts(tree, report.database) as facts:
        yield facts
