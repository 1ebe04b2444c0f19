/*
 * Result: safe
 *
 * May a task that has ended be woken under rcu_read_lock(), and be referenced?
 * Yes: delayed_put_task_struct() (kernel/exit.c:225 in 6.12) waits for readers, which is what rcuwait stands on.
 */
#include <lastput.h>

static struct task_struct *sleeper;

static int fn(void *arg)
{
	rcu_assign_pointer(sleeper, NULL);
	return 0;
}

BOOT(start)
{
	sleeper = kthread_run(fn, NULL, "sleeper");
}

THREAD(waker)
{
	struct task_struct *t;

	rcu_read_lock();
	t = rcu_dereference(sleeper);
	if (t) {
		wake_up_process(t);
		get_task_struct(t);
	}
	rcu_read_unlock();
	if (t)
		put_task_struct(t);
}
