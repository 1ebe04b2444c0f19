/*
 * Result: deadlock (lock)
 *
 * May a work item be flushed under a mutex that its function takes?
 * No. The flusher holds the mutex and waits for the function, the function waits for the mutex.
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
	flush_work(&work);
	mutex_unlock(&lock);
}
