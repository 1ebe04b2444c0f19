/*
 * Result: safe
 *
 * What makes kthread_stop() safe for a thread that may end by itself?
 * A reference to its task_struct, taken before it can run.
 */
#include <lastput.h>

static int worker(void *arg)
{
	return 0;
}

THREAD(user)
{
	struct task_struct *task = kthread_create(worker, NULL, "worker");

	get_task_struct(task);
	wake_up_process(task);
	msleep(10);
	kthread_stop_put(task);
}
