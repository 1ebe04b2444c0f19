/*
 * Result: deadlock
 *
 * May two work items flush each other?
 * No. If both run, each waits for the other to return.
 *
 * Options: workers=2
 */
#include <lastput.h>

static struct work_struct first, second;

static void second_fn(struct work_struct *w)
{
	flush_work(&first);
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
