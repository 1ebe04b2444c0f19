/*
 * Result: safe
 *
 * How are a mutex and a spinlock held together?
 * The spinlock inside.
 */
#include <lastput.h>

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(lock);

THREAD(user)
{
	mutex_lock(&lock);
	spin_lock(&spin);
	spin_unlock(&spin);
	mutex_unlock(&lock);
}
