/*
 * Result: safe
 *
 * Does destroy_workqueue() in the exit function cover the module's work items?
 * Yes, all that are queued on it, also those that one of them queues: it waits until the workqueue is empty.
 */
#include <lastput.h>

MODULE(drv);

static struct workqueue_struct *wq;
static struct work_struct first, second;

static void second_fn(struct work_struct *w)
{
}

static void first_fn(struct work_struct *w)
{
	queue_work(wq, &second);
}

static int drv_init(void)
{
	wq = alloc_workqueue("drv", 0, 0);
	INIT_WORK(&first, first_fn);
	INIT_WORK(&second, second_fn);
	queue_work(wq, &first);
	return 0;
}

static void drv_exit(void)
{
	destroy_workqueue(wq);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
