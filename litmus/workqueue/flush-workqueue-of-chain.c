/*
 * Result: unmapped-text (drv), use-after-free (drv)
 *
 * Is flush_workqueue() in the exit function enough if one work item queues another?
 * No. It waits for what is there when it is called, not for what the items add.
 */
#include <lastput.h>

MODULE(drv);

static struct work_struct first, second;

static void second_fn(struct work_struct *w)
{
}

static void first_fn(struct work_struct *w)
{
	schedule_work(&second);
}

static int drv_init(void)
{
	INIT_WORK(&first, first_fn);
	INIT_WORK(&second, second_fn);
	schedule_work(&first);
	return 0;
}

static void drv_exit(void)
{
	flush_workqueue(system_wq);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
