/*
 * Result: safe
 *
 * When may the exit function free the data of an async function?
 * After it has called async_synchronize_full() itself.
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
	async_synchronize_full();
	kfree(obj);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
