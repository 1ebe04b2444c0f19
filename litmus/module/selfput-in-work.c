/*
 * Result: unmapped-text (drv)
 *
 * May a work item hold a reference to its own module and put it at its end?
 * No. Class W: after the put the function still has to return to process_one_work(), and delete_module()
 * flushes no workqueue.
 *
 * Claims: C5 C15
 * Taught by KVM's async page faults, and by 5f6de5cbebee, which tried to cure them this way.
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
