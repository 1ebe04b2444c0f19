/*
 * Result: safe
 *
 * How does a kernel thread tell the exit function that it is done?
 * With kthread_complete_and_exit(), which completes in built-in text and does not return.
 *
 * Taught by cead18552660 ("exit: Rename complete_and_exit to kthread_complete_and_exit").
 */
#include <lastput.h>

MODULE(drv);

static DECLARE_COMPLETION(done);

static int drv_thread(void *arg)
{
	kthread_complete_and_exit(&done, 0);
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
