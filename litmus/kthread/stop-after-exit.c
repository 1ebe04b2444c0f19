/*
 * Result: use-after-free (task_struct)
 *
 * May kthread_stop() be called on a thread that perhaps has ended by itself?
 * No. Its task_struct is freed when it has exited, unless somebody holds a reference to it.
 */
#include <lastput.h>

static int worker(void *arg)
{
	return 0;
}

THREAD(user)
{
	struct task_struct *task = kthread_run(worker, NULL, "worker");

	msleep(10);
	kthread_stop(task);
}
