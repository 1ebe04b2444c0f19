/*
 * Result: deadlock
 *
 * May synchronize_srcu() be called under a mutex that its readers take?
 * No. A reader waits for the mutex, and the grace period waits for the reader.
 */
#include <lastput.h>

static DEFINE_SRCU(srcu);
static DEFINE_MUTEX(lock);

THREAD(reader)
{
	int idx = srcu_read_lock(&srcu);

	mutex_lock(&lock);
	mutex_unlock(&lock);
	srcu_read_unlock(&srcu, idx);
}

THREAD(updater)
{
	mutex_lock(&lock);
	synchronize_srcu(&srcu);
	mutex_unlock(&lock);
}
