/*
 * Result: safe
 *
 * Does kthread_stop() end a kthread that spins until it is asked to stop?
 */
#include <lastput.h>

static int flag;

static int fn(void *arg)
{
	while (!READ_ONCE(flag) && !kthread_should_stop())
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
