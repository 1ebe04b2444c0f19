/*
 * Result: safe
 *
 * How does a work function avoid waiting for itself in teardown code that flushes it?
 * By asking whose work item runs, as current_work() tells.
 *
 * Taught by ib_umem_odp and other users of current_work().
 */
#include <lastput.h>

static struct work_struct work;

static void teardown(void)
{
	if (current_work() != &work)
		flush_work(&work);
}

static void work_fn(struct work_struct *w)
{
	teardown();
}

THREAD(user)
{
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
	teardown();
}
