/*
 * Result: leak (kmem_cache)
 *
 * May a module go without destroying its slab cache?
 * Nobody else has a pointer to it: what its module leaves behind cannot be given back any more.
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
}

module_init(drv_init);
module_exit(drv_exit);

MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
