/*
 * Result: safe
 *
 * Does a self-put at the end of a work item go wrong on a kernel that never preempts?
 * No. The work function cannot lose the CPU between the put and its return, and a task that runs in the kernel holds
 * up the synchronize_rcu() in free_module() until it sleeps or goes idle.
 *
 * Claims: C25
 * Options: preempt=none
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
