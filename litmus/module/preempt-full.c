/*
 * Result: unmapped-text (drv)
 *
 * Does a self-put at the end of a work item need a preemptible kernel to go wrong?
 * Here the kernel is preemptible (the default): a task that lost the CPU outside of an RCU reader holds up no grace
 * period, so delete_module() ends before the work function has returned. Compare preempt-none.c.
 *
 * Claims: C25
 * Options: preempt=full
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
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
