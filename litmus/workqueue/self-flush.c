/*
 * Result: deadlock (work)
 *
 * May a work function flush its own work item?
 * No. flush_work() waits until the function has returned, and it cannot return before flush_work() does.
 *
 * Claims: C7
 */
#include <lastput.h>

static struct work_struct work;

static void work_fn(struct work_struct *w)
{
	flush_work(&work);
}

THREAD(user)
{
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
}
