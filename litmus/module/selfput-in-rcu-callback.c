/*
 * Result: safe
 *
 * May an RCU callback put its own module?
 * Yes. Class R: it runs with softirqs off, so the synchronize_rcu() in free_module(), which begins after the put,
 * waits until it has returned. The reference covers the time before the callback runs.
 */
#include <lastput.h>

MODULE(drv);

static struct rcu_head head;

static void drv_callback(struct rcu_head *rcu)
{
	module_put(THIS_MODULE);
}

static int drv_init(void)
{
	__module_get(THIS_MODULE);
	call_rcu(&head, drv_callback);
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
