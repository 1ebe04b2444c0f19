// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The twin of work_puts_module.c: the put is the last thing that the function does, so the compiler makes
 * a jump of the call, and module_put() returns to built-in text. The litmus test is module/tail-call-jump.
 */
#include <linux/module.h>
#include <linux/workqueue.h>

static void drv_work(struct work_struct *w)
{
	module_put(THIS_MODULE);
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
MODULE_DESCRIPTION("lastput: a work item that puts its own module in a tail call");
MODULE_LICENSE("GPL");
