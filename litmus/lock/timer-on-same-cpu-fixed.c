/*
 * Result: safe
 *
 * May process context take the lock of a timer callback with softirqs on?
 * Here: spin_lock_bh() keeps the timer off this CPU.
 */
#include <lastput.h>

static DEFINE_SPINLOCK(lock);
static int hits;

static void fn(struct timer_list *timer)
{
	spin_lock(&lock);
	hits++;
	spin_unlock(&lock);
}

static DEFINE_TIMER(timer, fn);

THREAD(user)
{
	mod_timer(&timer, jiffies + HZ);
	spin_lock_bh(&lock);
	hits = 0;
	spin_unlock_bh(&lock);
}
