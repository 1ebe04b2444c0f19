/*
 * Result: safe
 *
 * How does a timer get something done that may sleep?
 * Through a work item.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);
static struct timer_list timer;
static struct work_struct work;

static void work_fn(struct work_struct *w)
{
	mutex_lock(&lock);
	mutex_unlock(&lock);
}

static void callback(struct timer_list *t)
{
	schedule_work(&work);
}

THREAD(user)
{
	INIT_WORK(&work, work_fn);
	timer_setup(&timer, callback, 0);
	mod_timer(&timer, jiffies + HZ);
}
