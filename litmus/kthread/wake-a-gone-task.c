/*
 * Result: use-after-free (kthread)
 *
 * May one wake a kthread that ends by itself?
 * Not without a reference of it: its task_struct is freed a grace period after its exit.
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
	struct task_struct *t = sleeper;

	if (t)
		wake_up_process(t);
}
