/*
 * Result: unmapped-text (drv)
 *
 * May an init function that fails leave a work item queued?
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
