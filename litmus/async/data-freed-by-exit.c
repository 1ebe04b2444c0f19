/*
 * Result: use-after-free (obj)
 *
 * Does delete_module() protect the data of an async function as well?
 * No. It waits after the exit function has run, so whatever that frees is gone too early. Only text is covered.
 *
 * Claims: C4
 */
#include <lastput.h>

struct obj {
	int value;
};

MODULE(drv);

static struct obj *obj;

static void drv_probe(void *data, async_cookie_t cookie)
{
	struct obj *mine = data;

	mine->value = 1;
}

static int drv_init(void)
{
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	async_schedule(drv_probe, obj);
	return 0;
}

static void drv_exit(void)
{
	kfree(obj);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
