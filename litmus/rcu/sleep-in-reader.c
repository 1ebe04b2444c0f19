/*
 * Result: sleep-in-atomic
 *
 * May an RCU reader take a mutex?
 * No, that may sleep. SRCU readers may.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);

THREAD(reader)
{
	rcu_read_lock();
	mutex_lock(&lock);
	mutex_unlock(&lock);
	rcu_read_unlock();
}
