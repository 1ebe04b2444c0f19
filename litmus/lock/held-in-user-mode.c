/*
 * Result: lock-misuse
 *
 * May a system call return with a mutex held?
 * No. An error path has forgotten to give it back; the next caller waits for ever.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);

static int op(int fail)
{
	mutex_lock(&lock);
	if (fail)
		return -EINVAL;
	mutex_unlock(&lock);
	return 0;
}

THREAD(user)
{
	int fail;

	plain { fail = choose(2); }
	SYSCALL(op(fail));
}
