/*
 * Result: safe
 *
 * How does a kernel thread put its own module?
 * With module_put_and_kthread_exit(): built-in text puts the module and ends the thread without returning. The frame of
 * the thread function stays on the stack and is never returned to.
 *
 * Claims: C6
 */
#include <lastput.h>

MODULE(drv);

static int drv_thread(void *arg)
{
	module_put_and_kthread_exit(0);
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
