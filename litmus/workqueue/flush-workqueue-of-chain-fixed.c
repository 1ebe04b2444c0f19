/*
 * Result: safe
 *
 * In which order are work items stopped of which one queues another?
 * In the order of the queueing: first the one that queues, then the other.
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
	cancel_work_sync(&first);
	cancel_work_sync(&second);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
