/*
 * Result: sleep-in-atomic
 *
 * May a mutex be taken under a spinlock?
 * No. It may sleep, and with a spinlock held preemption is off.
 */
#include <lastput.h>

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(lock);

THREAD(user)
{
	spin_lock(&spin);
	mutex_lock(&lock);
	mutex_unlock(&lock);
	spin_unlock(&spin);
}
