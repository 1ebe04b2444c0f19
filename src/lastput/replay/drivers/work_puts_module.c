// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A work item that holds a reference to its own module and puts it, with something left to do after it:
 * the function still has to return through the module's text. The litmus test is module/selfput-in-work.
 */
#include <linux/module.h>
#include <linux/workqueue.h>

static int done;

static void drv_work(struct work_struct *w)
{
	module_put(THIS_MODULE);
	WRITE_ONCE(done, done + 1);
}

static DECLARE_WORK(work, drv_work);

static int __init drv_init(void)
{
	__module_get(THIS_MODULE);
	schedule_work(&work);
	return 0;
}

static void __exit drv_exit(void)
{
}

module_init(drv_init);
module_exit(drv_exit);
MODULE_DESCRIPTION("lastput: a work item that puts its own module");
MODULE_LICENSE("GPL");
