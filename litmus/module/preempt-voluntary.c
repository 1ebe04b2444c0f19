/*
 * Result: unmapped-text (drv)
 *
 * Does voluntary preemption open the window of a self-put again?
 * If the function still calls something that might sleep, yes: cond_resched() ends what a grace period waits for.
 *
 * Claims: C25
 * Options: preempt=voluntary
 */
#include <lastput.h>

MODULE(drv);

static struct work_struct work;

static void drv_work(struct work_struct *w)
{
	module_put(THIS_MODULE);
	might_sleep();
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
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
