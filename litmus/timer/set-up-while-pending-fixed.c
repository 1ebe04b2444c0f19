/*
 * Result: safe
 *
 * May a timer be set up again while it is pending?
 * Here: deleted first.
 */
#include <lastput.h>

static void fn(struct timer_list *timer)
{
}

static DEFINE_TIMER(timer, fn);

THREAD(user)
{
	mod_timer(&timer, jiffies + HZ);
	timer_delete_sync(&timer);
	timer_setup(&timer, fn, 0);
}
