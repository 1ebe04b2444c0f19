/*
 * Result: lock-misuse (lock)
 *
 * May a mutex be given back by another task than the one that took it?
 * No. A semaphore or a completion may.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);
static struct work_struct work;

static void work_fn(struct work_struct *w)
{
	mutex_unlock(&lock);
}

static int start(void)
{
	INIT_WORK(&work, work_fn);
	mutex_lock(&lock);
	schedule_work(&work);
	flush_work(&work);
	mutex_unlock(&lock);
	return 0;
}

THREAD(user)
{
	SYSCALL(start());
}
