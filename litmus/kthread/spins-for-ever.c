/*
 * Result: deadlock (flag)
 *
 * Does kthread_stop() end a kthread that spins for a flag?
 * No: the kthread can always go on, and never gets anywhere.
 */
#include <lastput.h>

static int flag;

static int fn(void *arg)
{
	while (!READ_ONCE(flag))
		cpu_relax();
	return 0;
}

static struct task_struct *spinner;

BOOT(start)
{
	spinner = get_task_struct(kthread_run(fn, NULL, "spinner"));
}

THREAD(admin)
{
	kthread_stop(spinner);
	put_task_struct(spinner);
}
