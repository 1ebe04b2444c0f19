/*
 * Result: safe
 *
 * Is timer_delete() enough at the end of a module, although it waits for no callback?
 * For the text, yes: no callback begins any more, and one that runs holds up the synchronize_rcu() in free_module(). For
 * data that the exit function frees it is not; see freed-under-callback.c.
 */
#include <lastput.h>

MODULE(drv);

static struct timer_list timer;

static void drv_timer(struct timer_list *t)
{
}

static int drv_init(void)
{
	timer_setup(&timer, drv_timer, 0);
	mod_timer(&timer, jiffies + HZ);
	return 0;
}

static void drv_exit(void)
{
	timer_delete(&timer);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
