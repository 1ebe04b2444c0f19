/*
 * Result: safe
 *
 * May wait_for_completion_timeout() be called under a spinlock?
 * Here: not even if it does not wait.
 */
#include <lastput.h>

static DEFINE_SPINLOCK(lock);
static DECLARE_COMPLETION(done);

THREAD(waiter)
{
	spin_lock(&lock);
	spin_unlock(&lock);
	wait_for_completion_timeout(&done, HZ);
	cond_resched();
}

THREAD(other)
{
	complete(&done);
}
