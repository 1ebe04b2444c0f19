/*
 * Result: safe
 *
 * Does a task that sleeps in the kernel hold up a grace period, if the kernel never preempts?
 * No. Here one waits for the mutex under which the other calls synchronize_rcu(); if it did, neither would go on.
 *
 * Options: preempt=none
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);
static DECLARE_COMPLETION(done);

static int updater(void *arg)
{
	mutex_lock(&lock);
	synchronize_rcu();
	mutex_unlock(&lock);
	complete(&done);
	return 0;
}

static int other(void)
{
	mutex_lock(&lock);
	mutex_unlock(&lock);
	wait_for_completion(&done);
	return 0;
}

BOOT(setup)
{
	kthread_run(updater, NULL, "updater");
}

THREAD(user)
{
	SYSCALL(other());
}
