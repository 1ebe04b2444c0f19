/*
 * Result: safe
 *
 * Where is user memory read that a spinlock protects the copy of?
 */
#include <lastput.h>

static DEFINE_SPINLOCK(lock);
static int value, user_value;

THREAD(user)
{
	if (copy_from_user(&value, &user_value, sizeof(value)))
		return;
	spin_lock(&lock);
	spin_unlock(&lock);
}
