/*
 * Result: safe
 *
 * What must come before kmem_cache_destroy() if work items free objects of the cache?
 * A flush of the workqueue that they are on.
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
	flush_workqueue(system_wq);
	kmem_cache_destroy(cache);
}
