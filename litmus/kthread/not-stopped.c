/*
 * Result: unmapped-text (drv)
 *
 * Does a kernel thread of a module hold the module?
 * No. If the exit function does not stop it, it wakes up in unmapped text.
 */
#include <lastput.h>

MODULE(drv);

static int drv_thread(void *arg)
{
	msleep(10);
	return 0;
}

static int drv_init(void)
{
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
