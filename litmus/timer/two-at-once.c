/*
 * Result: warn
 *
 * May two timers with one callback run at the same time?
 */
#include <lastput.h>

static int inside;

static void fn(struct timer_list *timer)
{
	WARN_ON(inside);
	inside = 1;
	inside = 0;
}

static DEFINE_TIMER(first, fn);
static DEFINE_TIMER(second, fn);

THREAD(user)
{
	mod_timer(&first, jiffies + HZ);
	mod_timer(&second, jiffies + HZ);
}
