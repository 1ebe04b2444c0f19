/*
 * Result: safe
 *
 * What does kthread_stop() do to a thread that was never woken?
 * It makes it exit without calling its function, and gives -EINTR.
 */
#include <lastput.h>

static int worker(void *arg)
{
	WARN_ON(1);
	return 0;
}

THREAD(user)
{
	struct task_struct *task = kthread_create(worker, NULL, "worker");

	BUG_ON(kthread_stop(task) != -EINTR);
}
