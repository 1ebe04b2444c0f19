/*
 * Result: safe
 *
 * In which order does an ordered workqueue run its items?
 * In that of queueing, one at a time, whatever the number of workers.
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
	struct workqueue_struct *wq = alloc_ordered_workqueue("wq", 0);

	INIT_WORK(&first, first_fn);
	INIT_WORK(&second, second_fn);
	queue_work(wq, &first);
	queue_work(wq, &second);
	destroy_workqueue(wq);
	WARN_ON(stage != 2);
}
