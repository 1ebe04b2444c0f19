/*
 * Result: unmapped-text (drv)
 *
 * Does delete_module() wait for async functions of an exclusive domain?
 * No. async_synchronize_full() looks at registered domains only.
 *
 * Claims: C4
 */
#include <lastput.h>

/* Built-in, so that only the text of the module is at stake. */
static ASYNC_DOMAIN_EXCLUSIVE(domain);

MODULE(drv);

static void drv_probe(void *data, async_cookie_t cookie)
{
	module_put(THIS_MODULE);
}

static int drv_init(void)
{
	__module_get(THIS_MODULE);
	async_schedule_domain(drv_probe, NULL, &domain);
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
