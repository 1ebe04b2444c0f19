/*
 * Result: safe
 *
 * May a timer callback delete its own timer?
 * Yes, with timer_delete(), which waits for nothing.
 */
#include <lastput.h>

static struct timer_list timer;

static void callback(struct timer_list *t)
{
	timer_delete(&timer);
}

THREAD(user)
{
	timer_setup(&timer, callback, 0);
	mod_timer(&timer, jiffies + HZ);
}
