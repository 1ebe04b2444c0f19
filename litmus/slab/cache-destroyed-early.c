/*
 * Result: warn (kmem_cache)
 *
 * May a slab cache be destroyed while one of its objects lives?
 * No. kmem_cache_destroy() warns and gives up. In an exit function this tells that something of the module is left.
 */
#include <lastput.h>

struct obj {
	struct work_struct work;
};

static struct kmem_cache *cache;

static void obj_work(struct work_struct *work)
{
	kmem_cache_free(cache, container_of(work, struct obj, work));
}

THREAD(user)
{
	struct obj *obj;

	cache = kmem_cache_create("obj", sizeof(struct obj), 0, 0, NULL);
	obj = kmem_cache_zalloc(cache, GFP_KERNEL);
	INIT_WORK(&obj->work, obj_work);
	schedule_work(&obj->work);
	kmem_cache_destroy(cache);
}
