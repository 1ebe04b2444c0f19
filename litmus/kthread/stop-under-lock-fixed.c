/*
 * Result: safe
 *
 * Where does kthread_stop() belong if the thread takes a mutex?
 * Outside of it.
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
	mutex_unlock(&lock);
	kthread_stop(task);
}
