/*
 * Result: deadlock
 *
 * May a kernel thread stop itself with kthread_stop()?
 * No. It would wait for its own end.
 */
#include <lastput.h>

static int worker(void *arg)
{
	kthread_stop(current);
	return 0;
}

THREAD(user)
{
	kthread_run(worker, NULL, "worker");
}
