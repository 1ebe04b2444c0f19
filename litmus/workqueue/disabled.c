/*
 * Result: safe
 *
 * Can a work item be queued after disable_work_sync()?
 * No, until enable_work(); and none of its instances is left.
 */
#include <lastput.h>

static struct work_struct work;

static void work_fn(struct work_struct *w)
{
}

THREAD(user)
{
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
	disable_work_sync(&work);
	WARN_ON(work_busy(&work));
	WARN_ON(schedule_work(&work));
	WARN_ON(!enable_work(&work));
	WARN_ON(!schedule_work(&work));
}
