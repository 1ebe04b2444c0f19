/*
 * Result: sleep-in-atomic
 *
 * May a timer callback take a mutex?
 * No, it runs in softirq context. It can queue a work item that does.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);
static struct timer_list timer;

static void callback(struct timer_list *t)
{
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

THREAD(user)
{
	timer_setup(&timer, callback, 0);
	mod_timer(&timer, jiffies + HZ);
}
