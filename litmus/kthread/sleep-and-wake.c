/*
 * Result: safe
 *
 * Can a wake-up be lost between a thread's test of its condition and schedule()?
 * Not if it sets its state before the test: a wake-up that comes in between makes it runnable again.
 */
#include <lastput.h>

static struct task_struct *task;
static int ready;

static int sleeper(void *arg)
{
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (ready)
			break;
		schedule();
	}
	set_current_state(TASK_RUNNING);
	return 0;
}

BOOT(setup)
{
	task = get_task_struct(kthread_run(sleeper, NULL, "sleeper"));
}

THREAD(waker)
{
	ready = 1;
	wake_up_process(task);
}
