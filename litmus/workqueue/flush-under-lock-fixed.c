/*
 * Result: safe
 *
 * Where does the flush of a work item belong whose function takes a mutex?
 * After the mutex has been given back.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);
static struct work_struct work;

static void work_fn(struct work_struct *w)
{
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

THREAD(user)
{
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
	mutex_lock(&lock);
	mutex_unlock(&lock);
	flush_work(&work);
}
