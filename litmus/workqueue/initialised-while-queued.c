/*
 * Result: use-after-free
 *
 * May a work item be initialised again while it is queued?
 */
#include <lastput.h>

static void fn(struct work_struct *work)
{
}

static DECLARE_WORK(work, fn);

THREAD(user)
{
	schedule_work(&work);
	INIT_WORK(&work, fn);
	schedule_work(&work);
	flush_work(&work);
}
