/*
 * Result: deadlock (lock)
 *
 * May timer_delete_sync() be called under a spinlock that the callback takes?
 * No. The callback waits for the lock, and whoever holds it waits for the callback.
 */
#include <lastput.h>

static DEFINE_SPINLOCK(lock);
static struct timer_list timer;

static void callback(struct timer_list *t)
{
	spin_lock(&lock);
	spin_unlock(&lock);
}

THREAD(user)
{
	timer_setup(&timer, callback, 0);
	mod_timer(&timer, jiffies + HZ);
	spin_lock_bh(&lock);
	timer_delete_sync(&timer);
	spin_unlock_bh(&lock);
}
