/*
 * Result: safe
 *
 * Does an async function need a module reference at all?
 * No. delete_module() waits for it in any case, as far as text goes.
 *
 * Claims: C4
 */
#include <lastput.h>

MODULE(drv);

static void drv_probe(void *data, async_cookie_t cookie)
{
	msleep(1);
}

static int drv_init(void)
{
	async_schedule(drv_probe, NULL);
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
