/*
 * Result: deadlock (lock)
 *
 * May kthread_stop() be called under a mutex that the thread takes?
 * No. The thread cannot end while it waits for the mutex, and whoever holds the mutex waits for the thread.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);

static int worker(void *arg)
{
	while (!kthread_should_stop()) {
		mutex_lock(&lock);
		mutex_unlock(&lock);
	}
	return 0;
}

THREAD(user)
{
	struct task_struct *task = kthread_run(worker, NULL, "worker");

	mutex_lock(&lock);
	kthread_stop(task);
	mutex_unlock(&lock);
}
