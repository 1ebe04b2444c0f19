/*
 * Result: deadlock (first)
 *
 * May two tasks take two mutexes in different orders?
 * No. Each may get one and wait for the other.
 */
#include <lastput.h>

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

THREAD(one)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
}

THREAD(two)
{
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}
