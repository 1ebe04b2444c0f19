/*
 * Result: safe
 *
 * May two timers with one callback run at the same time?
 * Here: on two CPUs, so they need a lock.
 */
#include <lastput.h>

static int inside;
static DEFINE_SPINLOCK(lock);

static void fn(struct timer_list *timer)
{
	spin_lock(&lock);
	WARN_ON(inside);
	inside = 1;
	inside = 0;
	spin_unlock(&lock);
}

static DEFINE_TIMER(first, fn);
static DEFINE_TIMER(second, fn);

THREAD(user)
{
	mod_timer(&first, jiffies + HZ);
	mod_timer(&second, jiffies + HZ);
}
