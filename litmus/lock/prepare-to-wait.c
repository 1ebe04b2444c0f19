/*
 * Result: safe
 *
 * Does a loop with prepare_to_wait() and schedule() lose a wake-up?
 * No, if the condition is tested after prepare_to_wait().
 */
#include <lastput.h>

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int ready;

THREAD(waiter)
{
	DEFINE_WAIT(wait);

	for (;;) {
		prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE);
		if (ready)
			break;
		schedule();
	}
	finish_wait(&queue, &wait);
}

THREAD(waker)
{
	ready = 1;
	wake_up(&queue);
}
