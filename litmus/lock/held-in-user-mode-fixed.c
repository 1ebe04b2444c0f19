/*
 * Result: safe
 *
 * How does an error path give back a lock?
 * By jumping to where the good path does.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);

static int op(int fail)
{
	int ret = 0;

	mutex_lock(&lock);
	if (fail) {
		ret = -EINVAL;
		goto out;
	}
out:
	mutex_unlock(&lock);
	return ret;
}

THREAD(user)
{
	int fail;

	plain { fail = choose(2); }
	SYSCALL(op(fail));
}
