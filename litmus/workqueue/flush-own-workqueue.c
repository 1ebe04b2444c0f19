/*
 * Result: deadlock
 *
 * May a work function flush the workqueue that it runs on?
 * No; it is one of those that are waited for.
 */
#include <lastput.h>

static struct work_struct work;

static void work_fn(struct work_struct *w)
{
	flush_workqueue(system_wq);
}

THREAD(user)
{
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
}
