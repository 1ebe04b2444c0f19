/*
 * Result: safe
 *
 * Does a work item that puts its own module matter if the module has no exit function?
 * No. Class N: delete_module() refuses a module with an init but no exit function, so its text never goes.
 */
#include <lastput.h>

MODULE(drv);

static struct work_struct work;

static void drv_work(struct work_struct *w)
{
	module_put(THIS_MODULE);
}

static int drv_init(void)
{
	INIT_WORK(&work, drv_work);
	__module_get(THIS_MODULE);
	schedule_work(&work);
	return 0;
}

module_init(drv_init);

THREAD(admin)
{
	int err = rmmod("drv");

	BUG_ON(err != -EBUSY && err != -EWOULDBLOCK);
}
