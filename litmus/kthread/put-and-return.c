/*
 * Result: unmapped-text (drv)
 *
 * May a kernel thread put its own module and then return?
 * No. Class K: the put is in module text, and so is the return after it.
 *
 * Claims: C6
 * Taught by drivers/block/drbd and fs/smb/server.
 */
#include <lastput.h>

MODULE(drv);

static int drv_thread(void *arg)
{
	module_put(THIS_MODULE);
	return 0;
}

static int drv_init(void)
{
	__module_get(THIS_MODULE);
	kthread_run(drv_thread, NULL, "drv");
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
