/*
 * Result: deadlock (work)
 *
 * May a work function call cancel_work_sync() on its own work item?
 * No; the running instance is its own, and that is waited for. cancel_work() would do.
 */
#include <lastput.h>

static struct work_struct work;

static void work_fn(struct work_struct *w)
{
	cancel_work_sync(w);
}

THREAD(user)
{
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
}
