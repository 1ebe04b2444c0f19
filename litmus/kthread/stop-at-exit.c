/*
 * Result: safe
 *
 * Is a kernel thread gone when kthread_stop() returns?
 * Its function has returned to built-in text, so the exit function may end and the module go.
 */
#include <lastput.h>

MODULE(drv);

static struct task_struct *task;
static DECLARE_WAIT_QUEUE_HEAD(queue);

static int drv_thread(void *arg)
{
	while (!kthread_should_stop())
		wait_event_interruptible(queue, kthread_should_stop());
	return 7;
}

static int drv_init(void)
{
	task = kthread_run(drv_thread, NULL, "drv");
	return 0;
}

static void drv_exit(void)
{
	int ret = kthread_stop(task);

	BUG_ON(ret != 7 && ret != -EINTR);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
