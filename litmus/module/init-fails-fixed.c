/*
 * Result: safe
 *
 * May an init function that fails leave a work item queued?
 * Here: it takes back what it did.
 */
#include <lastput.h>

MODULE(drv);

static void fn(struct work_struct *work)
{
}

static DECLARE_WORK(work, fn);

static int drv_init(void)
{
	schedule_work(&work);
	cancel_work_sync(&work);
	return -ENODEV;
}

static void drv_exit(void)
{
}

module_init(drv_init);
module_exit(drv_exit);

MODULE(vmlinux);

THREAD(other)
{
}
