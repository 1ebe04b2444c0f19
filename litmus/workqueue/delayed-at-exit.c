/*
 * Result: unmapped-text (drv), use-after-free (drv)
 *
 * Does flush_work() in the exit function wait for a delayed work item?
 * Not while its timer runs. The item is queued after the module has gone. Use cancel_delayed_work_sync().
 */
#include <lastput.h>

MODULE(drv);

static struct delayed_work dwork;

static void drv_work(struct work_struct *w)
{
}

static int drv_init(void)
{
	INIT_DELAYED_WORK(&dwork, drv_work);
	schedule_delayed_work(&dwork, HZ);
	return 0;
}

static void drv_exit(void)
{
	flush_work(&dwork.work);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
