/*
 * Result: safe
 *
 * Is a work item that puts its own module safe if the exit function flushes it?
 * Yes. Class WF: the put lets delete_module() begin, the flush in the exit function waits until the work function
 * has returned to built-in text. Then the reference is not needed at all.
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

static void drv_exit(void)
{
	flush_work(&work);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
