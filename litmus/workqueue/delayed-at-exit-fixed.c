/*
 * Result: safe
 *
 * What waits for a delayed work item, timer and all?
 * cancel_delayed_work_sync(), or flush_delayed_work(), which runs it at once.
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
	int run;

	plain { run = choose(2); }
	if (run)
		flush_delayed_work(&dwork);
	else
		cancel_delayed_work_sync(&dwork);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
