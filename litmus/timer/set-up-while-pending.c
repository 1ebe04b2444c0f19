/*
 * Result: use-after-free
 *
 * May a timer be set up again while it is pending?
 */
#include <lastput.h>

static void fn(struct timer_list *timer)
{
}

static DEFINE_TIMER(timer, fn);

THREAD(user)
{
	mod_timer(&timer, jiffies + HZ);
	timer_setup(&timer, fn, 0);
}
