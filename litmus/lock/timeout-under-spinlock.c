/*
 * Result: sleep-in-atomic
 *
 * May wait_for_completion_timeout() be called under a spinlock?
 */
#include <lastput.h>

static DEFINE_SPINLOCK(lock);
static DECLARE_COMPLETION(done);

THREAD(waiter)
{
	spin_lock(&lock);
	wait_for_completion_timeout(&done, HZ);
	spin_unlock(&lock);
}

THREAD(other)
{
	complete(&done);
}
