/*
 * Result: safe
 *
 * Is it enough to make the condition of wait_event() true?
 * Here: whoever sleeps by then must be woken.
 */
#include <lastput.h>

static DECLARE_WAIT_QUEUE_HEAD(queue);
static int ready;

THREAD(waiter)
{
	wait_event(queue, ready);
}

THREAD(other)
{
	ready = 1;
	wake_up(&queue);
}
