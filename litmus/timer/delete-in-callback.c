/*
 * Result: deadlock (timer)
 *
 * May a timer callback call timer_delete_sync() on its own timer?
 * No. It would wait for its own return.
 */
#include <lastput.h>

static struct timer_list timer;

static void callback(struct timer_list *t)
{
	timer_delete_sync(&timer);
}

THREAD(user)
{
	timer_setup(&timer, callback, 0);
	mod_timer(&timer, jiffies + HZ);
}
