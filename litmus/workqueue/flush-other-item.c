/*
 * Result: safe
 *
 * May a work item flush another item?
 * Yes, on a workqueue that is not ordered: the pool gives the other one a worker when the first one sleeps. (The model has
 * a fixed number of workers, so this needs workers=2.)
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
	INIT_WORK(&first, first_fn);
	INIT_WORK(&second, second_fn);
	schedule_work(&first);
	schedule_work(&second);
}
