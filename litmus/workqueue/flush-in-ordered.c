/*
 * Result: deadlock (second)
 *
 * May an item of an ordered workqueue flush a later item of the same workqueue?
 * No. The later one starts only when the earlier one has returned.
 *
 * Options: workers=2
 */
#include <lastput.h>

static struct work_struct first, second;

static void second_fn(struct work_struct *w)
{
}

static void first_fn(struct work_struct *w)
{
	flush_work(&second);
}

THREAD(user)
{
	struct workqueue_struct *wq = alloc_ordered_workqueue("wq", 0);

	INIT_WORK(&first, first_fn);
	INIT_WORK(&second, second_fn);
	queue_work(wq, &first);
	queue_work(wq, &second);
}
