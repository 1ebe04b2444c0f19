/*
 * Result: warn
 *
 * Do the items of an ordinary workqueue run in the order of queueing?
 * No. They sit on the pools of several CPUs, whose workers know nothing of each other.
 *
 * Options: workers=2
 */
#include <lastput.h>

static struct work_struct first, second;
static int stage;

static void first_fn(struct work_struct *w)
{
	WARN_ON(stage != 0);
	stage = 1;
}

static void second_fn(struct work_struct *w)
{
	WARN_ON(stage != 1);
	stage = 2;
}

THREAD(user)
{
	struct workqueue_struct *wq = alloc_workqueue("wq", 0, 0);

	INIT_WORK(&first, first_fn);
	INIT_WORK(&second, second_fn);
	queue_work(wq, &first);
	queue_work(wq, &second);
	destroy_workqueue(wq);
	WARN_ON(stage != 2);
}
