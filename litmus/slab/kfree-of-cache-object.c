/*
 * Result: safe
 *
 * May objects of a kmem_cache be given back with kfree() and kfree_rcu()?
 * Yes: both find the cache by themselves (kfree() in mm/slub.c:4817 of 6.12), so it is empty when it is destroyed.
 */
#include <lastput.h>

MODULE(drv);

struct obj {
	struct rcu_head rcu;
};

static struct kmem_cache *cache;

static int drv_init(void)
{
	cache = KMEM_CACHE(obj, 0);
	return cache ? 0 : -ENOMEM;
}

static void drv_exit(void)
{
	struct obj *now = kmem_cache_alloc(cache, GFP_KERNEL);
	struct obj *later = kmem_cache_alloc(cache, GFP_KERNEL);

	kfree(now);
	kfree_rcu(later, rcu);
	rcu_barrier();
	kmem_cache_destroy(cache);
}

module_init(drv_init);
module_exit(drv_exit);

MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
