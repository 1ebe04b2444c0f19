/*
 * Result: safe
 *
 * Where does timer_delete_sync() belong if the callback takes a spinlock?
 * Outside of it.
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
	spin_unlock_bh(&lock);
	timer_delete_sync(&timer);
}
