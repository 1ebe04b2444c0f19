/*
 * Result: deadlock (lock)
 *
 * May a task take a mutex that it holds?
 * No, it waits for itself. Here an inner function takes it again.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);

static void inner(void)
{
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

THREAD(user)
{
	mutex_lock(&lock);
	inner();
	mutex_unlock(&lock);
}
