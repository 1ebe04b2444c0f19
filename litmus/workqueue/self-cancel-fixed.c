/*
 * Result: safe
 *
 * May a work function cancel its own work item without waiting?
 * Yes: cancel_work() only takes away an instance that was queued meanwhile.
 */
#include <lastput.h>

static struct work_struct work;

static void work_fn(struct work_struct *w)
{
	schedule_work(w);
	cancel_work(w);
}

THREAD(user)
{
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
}
