/*
 * Memory: kmalloc() and slab caches.
 *
 * Models mm/{slub,slab_common}.c (6.12). Each type has its own pool of objects, none is ever used twice, so
 * that every later access to a freed object is seen, as if KASAN kept all of them in quarantine. Memory is
 * zeroed. Nothing blocks, but an allocation that may sleep is checked for sleep-in-atomic.
 *
 * An allocation succeeds unless the run defines CONFIG_FAILSLAB: then each may fail.
 *
 * Left out: sizes (one call gives one object), alignment, memory that the code reads before it is set,
 * kmem_cache_free() into the wrong cache; to which of several caches of one type kfree() gives an object back
 * (all of them count it).
 */

struct kmem_cache {
	int live;
	int type;			/* of its objects */
	struct module *owner;		/* whose text has made it */
	void (*ctor)(void *object);
};

POOL_MAY_LEAK(struct kmem_cache);	/* unless the module that made it is gone: see free_module() */

/* include/linux/sched/mm.h:316 */
static inline void might_alloc(int flags)
{
	if (flags & __GFP_DIRECT_RECLAIM)
		might_sleep();
}

static inline int __alloc_fails(int flags)
{
	int fails = 0;

	might_alloc(flags);
#ifdef CONFIG_FAILSLAB
	plain { fails = choose(2); }
#endif
	return fails;
}

#ifdef CONFIG_FAILSLAB
#define __kmalloc(size, flags) (!__alloc_fails(flags) ? __alloc(size) : NULL)
#define __cache_alloc(cache, flags) (!__cache_fails(cache, flags) ? __alloc_from(&(cache)->type) : NULL)
#else
#define __kmalloc(size, flags) (might_alloc(flags), __alloc(size))
#define __cache_alloc(cache, flags) (__cache_fails(cache, flags), __alloc_from(&(cache)->type))
#endif

#define kmalloc(size, flags) __kmalloc(size, flags)
#define kzalloc(size, flags) __kmalloc(size, flags)
#define kmalloc_array(n, size, flags) __kmalloc(size, flags)
#define kcalloc(n, size, flags) __kmalloc(size, flags)
#define kmalloc_node(size, flags, node) __kmalloc(size, flags)
#define kzalloc_node(size, flags, node) __kmalloc(size, flags)
#define kvmalloc(size, flags) __kmalloc(size, flags)
#define kvzalloc(size, flags) __kmalloc(size, flags)
#define kvcalloc(n, size, flags) __kmalloc(size, flags)
#define vmalloc(size) __kmalloc(size, GFP_KERNEL)
#define vzalloc(size) __kmalloc(size, GFP_KERNEL)
#define __vmalloc(size, flags) __kmalloc(size, flags)

/* In a block. */
static inline void __release_memory(const void *object)
{
	int pending = __pending_objects();

	__free(object);
	if (__pending_objects() != pending)
		fail(USE_AFTER_FREE, object, "ODEBUG: free active object: something in it is still to be called back");
}

/* An object of a cache goes back to it, virt_to_cache() in mm/slub.c:4751. In a block. */
static inline int __leave_cache(const void *object)
{
	struct kmem_cache *cache;
	int type = __slab_type(object);

	for_each_instance(struct kmem_cache, cache) {
		if (type && cache->type == type && cache->live)
			cache->live--;
	}
	return type;
}

/* mm/slub.c:4817 */
static void kfree(const void *object)
{
	plain {
		__if_slabs(__leave_cache(object));
		__release_memory(object);
	}
}

#define kfree_sensitive(object) kfree(object)
#define kfree_const(object) kfree(object)
#define kvfree(object) kfree(object)
#define vfree(object) kfree(object)

/* mm/slab_common.c:297 */
static struct kmem_cache *__kmem_cache_create_args(const char *name, struct module *owner)
{
	struct kmem_cache *cache;

	might_sleep();
	cache = __alloc();
	plain { cache->owner = owner; }
	return cache;
}

#define kmem_cache_create(name, ...) __kmem_cache_create_args(name, THIS_MODULE)
#define kmem_cache_create_usercopy(name, ...) kmem_cache_create(name)
#define KMEM_CACHE(type, flags) kmem_cache_create(#type)

/* The count of mm/slub.c's slabs. True if the allocation fails. */
static inline int __cache_fails(struct kmem_cache *cache, int flags)
{
	int fails = __alloc_fails(flags);

	atomic {
		if (!fails)
			cache->live++;
	}
	return fails;
}

/* kmem_cache_alloc_noprof(), mm/slub.c:4236 */
#define kmem_cache_alloc(cache, flags) __cache_alloc(cache, flags)
#define kmem_cache_zalloc(cache, flags) __cache_alloc(cache, flags)
#define kmem_cache_alloc_node(cache, flags, node) __cache_alloc(cache, flags)

/* mm/slub.c:4785 */
static void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	atomic {
		cache->live--;
		__release_memory(object);
	}
}

/* mm/slab_common.c:506: a cache that still has objects is not freed */
static void kmem_cache_destroy(struct kmem_cache *cache)
{
	if (!cache)
		return;
	might_sleep();
	atomic {
		if (cache->live > 0) {
			cache->owner = NULL;	/* told now, and not again */
			warn(WARN, cache, "kmem_cache_destroy: Slab cache still has objects");
		} else {
			__free(cache);
		}
	}
}
