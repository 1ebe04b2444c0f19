/*
 * Result: safe
 *
 * Is a slab cache gone that its module destroys at exit?
 */
#include <lastput.h>

MODULE(drv);

struct obj {
	int x;
};

static struct kmem_cache *cache;

static int drv_init(void)
{
	cache = KMEM_CACHE(obj, 0);
	return cache ? 0 : -ENOMEM;
}

static void drv_exit(void)
{
	kmem_cache_destroy(cache);
}

module_init(drv_init);
module_exit(drv_exit);

MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
