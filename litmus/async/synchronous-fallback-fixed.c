/*
 * Result: safe
 *
 * What covers the caller of async_schedule() that may have to run the function itself?
 * Something of its own: here the exit function flushes the work item that schedules it.
 *
 * Claims: C4
 * Options: define CONFIG_ASYNC_OOM=1 workers=2
 */
#include <lastput.h>

MODULE(drv);

static struct work_struct work;

static void drv_probe(void *data, async_cookie_t cookie)
{
	module_put(THIS_MODULE);
}

static void drv_work(struct work_struct *w)
{
	async_schedule(drv_probe, NULL);
}

static int drv_init(void)
{
	__module_get(THIS_MODULE);
	INIT_WORK(&work, drv_work);
	schedule_work(&work);
	return 0;
}

static void drv_exit(void)
{
	flush_work(&work);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
