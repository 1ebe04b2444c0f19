/*
 * Result: safe
 *
 * What is a lock order good for?
 * If all tasks take two mutexes in the same order, none waits for another that waits for it.
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
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
}
