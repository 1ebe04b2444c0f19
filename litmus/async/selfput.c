/*
 * Result: safe
 *
 * May an async function put its own module?
 * Yes. It stays on the list of pending entries until it has returned to built-in text, and delete_module() waits until
 * that list is empty before it unmaps anything.
 *
 * Claims: C4
 */
#include <lastput.h>

MODULE(drv);

static void drv_probe(void *data, async_cookie_t cookie)
{
	module_put(THIS_MODULE);
}

static int drv_init(void)
{
	__module_get(THIS_MODULE);
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
