// SPDX-License-Identifier: GPL-2.0-or-later
/* A work item that waits for its own return. The litmus test is workqueue/self-flush. */
#include <linux/module.h>
#include <linux/workqueue.h>

static struct work_struct work;

static void work_fn(struct work_struct *w)
{
	flush_work(&work);
}

static int __init drv_init(void)
{
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
	return 0;
}

static void __exit drv_exit(void)
{
}

module_init(drv_init);
module_exit(drv_exit);
MODULE_DESCRIPTION("lastput: a work item that flushes itself");
MODULE_LICENSE("GPL");
