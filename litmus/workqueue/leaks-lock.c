/*
 * Result: lock-misuse
 *
 * May a work function return with a lock held?
 * No. process_one_work() complains, and the next item of that worker would run under it.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);
static struct work_struct work;

static void work_fn(struct work_struct *w)
{
	mutex_lock(&lock);
}

THREAD(user)
{
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
}
