/*
 * Result: unmapped-text (drv)
 *
 * Is a self-put in an async function also safe when there is no memory for the async entry?
 * No. Then async_schedule() calls the function in the caller's context, and nobody waits for that: here the caller is
 * a work item, whose return nothing covers once the reference is gone.
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
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
