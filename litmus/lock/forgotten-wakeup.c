/*
 * Result: deadlock
 *
 * What if nobody calls wake_up() after the condition has become true?
 * Then a task that went to sleep before that sleeps for ever.
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
}
