/*
 * Result: safe
 *
 * Can two workers run the same work item at the same time?
 * No, although it may be queued again while it runs: the second instance waits for the first.
 *
 * Options: workers=2
 */
#include <lastput.h>

static struct work_struct work;
static int running;

static void work_fn(struct work_struct *w)
{
	running++;
	WARN_ON(running != 1);
	running--;
}

THREAD(user)
{
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
	schedule_work(&work);
}
