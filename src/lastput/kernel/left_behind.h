/*
 * What a module leaves when it goes.
 *
 * Models mm/{kmemleak,slab_common}.c (6.12) for slab caches and workqueues: nobody but their module has a pointer
 * to them, so they cannot be given back any more. Nothing blocks.
 *
 * Left out: other things that a module registers; whoever calls them runs into text that is gone.
 */

/* In a block. */
static inline void __left_behind(struct module *mod)
{
	struct kmem_cache *cache;
	struct workqueue_struct *wq;

	for_each_instance(struct kmem_cache, cache) {
		if (cache->owner == mod)
			warn(LEAK, cache, "the module goes without kmem_cache_destroy()");
	}
	for_each_instance(struct workqueue_struct, wq) {
		if (wq->owner == mod)
			warn(LEAK, wq, "the module goes without destroy_workqueue()");
	}
}
