/*
 * Result: unmapped-text (drv)
 *
 * May a kernel thread tell the exit function by complete() that it is done, and then return?
 * No. The exit function goes on at once, and the thread still has to return through module text.
 */
#include <lastput.h>

MODULE(drv);

static DECLARE_COMPLETION(done);

static int drv_thread(void *arg)
{
	complete(&done);
	return 0;
}

static int drv_init(void)
{
	kthread_run(drv_thread, NULL, "drv");
	return 0;
}

static void drv_exit(void)
{
	wait_for_completion(&done);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
