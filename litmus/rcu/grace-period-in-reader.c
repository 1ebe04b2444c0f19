/*
 * Result: deadlock, sleep-in-atomic
 *
 * May synchronize_rcu() be called in an RCU reader?
 * No. It sleeps where sleeping is not allowed, and waits for its own reader to end.
 */
#include <lastput.h>

THREAD(user)
{
	rcu_read_lock();
	synchronize_rcu();
	rcu_read_unlock();
}
