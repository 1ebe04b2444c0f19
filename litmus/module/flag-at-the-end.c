/*
 * Result: unmapped-text (drv)
 *
 * May a module's exit function wait for a flag that a work item sets at its end?
 * No. After the wake-up the work function must still return, and the exit function no longer waits for it. Only
 * what built-in code says after the return will do: flush_work(), kthread_complete_and_exit().
 */
#include <lastput.h>

MODULE(drv);

static struct work_struct work;
static int done;
static DECLARE_WAIT_QUEUE_HEAD(queue);

static void drv_work(struct work_struct *w)
{
	done = 1;
	wake_up(&queue);
}

static int drv_init(void)
{
	INIT_WORK(&work, drv_work);
	schedule_work(&work);
	return 0;
}

static void drv_exit(void)
{
	wait_event(queue, done);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
