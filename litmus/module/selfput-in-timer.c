/*
 * Result: safe
 *
 * May a timer callback put its own module?
 * Yes. Class R: softirq context, for which the synchronize_rcu() in free_module() waits. The reference covers
 * the time until the timer expires.
 */
#include <lastput.h>

MODULE(drv);

static struct timer_list timer;

static void drv_timer(struct timer_list *t)
{
	module_put(THIS_MODULE);
}

static int drv_init(void)
{
	timer_setup(&timer, drv_timer, 0);
	__module_get(THIS_MODULE);
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
