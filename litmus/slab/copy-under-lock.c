/*
 * Result: sleep-in-atomic
 *
 * May user memory be read under a spinlock?
 */
#include <lastput.h>

static DEFINE_SPINLOCK(lock);
static int value, user_value;

THREAD(user)
{
	spin_lock(&lock);
	if (copy_from_user(&value, &user_value, sizeof(value)))
		value = 0;
	spin_unlock(&lock);
}
