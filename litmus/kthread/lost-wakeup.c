/*
 * Result: deadlock
 *
 * May a thread test its condition first and set its state afterwards?
 * No. A wake-up between the two finds it running and is lost; it sleeps for ever.
 */
#include <lastput.h>

static struct task_struct *task;
static int ready;

static int sleeper(void *arg)
{
	for (;;) {
		if (ready)
			break;
		set_current_state(TASK_UNINTERRUPTIBLE);
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
