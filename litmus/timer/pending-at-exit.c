/*
 * Result: unmapped-text (drv), use-after-free (drv)
 *
 * May a module go while one of its timers is pending?
 * No. The timer is in memory of the module, and its callback in text of the module. A callback that runs holds up the
 * synchronize_rcu() in free_module(), but one may begin after that and before the text goes.
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
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
