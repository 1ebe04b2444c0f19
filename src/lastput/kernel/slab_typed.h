/*
 * Memory: allocation by type, copies of memory, and pools that keep some in reserve.
 *
 * Models include/linux/{slab,mempool}.h, mm/{util,mempool}.c (6.12). A type, or a variable of it, says what is
 * allocated; the count and the flexible array are ignored, as sizes are. Nothing blocks, but for mempool_alloc(),
 * which may sleep and does not fail then.
 *
 * Left out: what the memory holds (a copy is zeroed memory of its own); the reserve of a mempool.
 */

#define struct_size(p, member, count) sizeof(*(p))
#define struct_size_t(type, member, count) sizeof(type)
#define array_size(n, size) (size)
#define size_mul(n, size) (size)
#define size_add(size, n) (size)

/* include/linux/gfp.h: the flags may be left out */
#define __default_gfp(flags, ...) flags
#define default_gfp(...) __default_gfp(__VA_ARGS__ __VA_OPT__(,) GFP_KERNEL)
#define __alloc_objs(type, flags) ((typeof(type) *)__kmalloc(sizeof(type), flags))

/* include/linux/slab.h:947 to :998 */
#define kmalloc_obj(type, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kzalloc_obj(type, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kvmalloc_obj(type, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kvzalloc_obj(type, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kmalloc_objs(type, count, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kzalloc_objs(type, count, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kvmalloc_objs(type, count, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kvzalloc_objs(type, count, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kmalloc_flex(type, member, count, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kzalloc_flex(type, member, count, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kvmalloc_flex(type, member, count, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))
#define kvzalloc_flex(type, member, count, ...) __alloc_objs(type, default_gfp(__VA_ARGS__))

/* mm/util.c:129 */
#define kmemdup(src, size, flags) ({				\
	typeof(__alloc(size)) __dup = __kmalloc(size, flags);	\
	if (__dup)						\
		__copy_memory(__dup, src, size);			\
	__dup;							\
})
#define kvmemdup(src, size, flags) kmemdup(src, size, flags)

struct mempool_s {
	int live;
};

typedef struct mempool_s mempool_t;

/* mempool_create_node_noprof(), mm/mempool.c:290 */
static mempool_t *__mempool_create(void)
{
	mempool_t *pool;

	pool = kzalloc(sizeof(mempool_t), GFP_KERNEL);
	return pool;
}

#define mempool_create(min, alloc, free, data) __mempool_create()
#define mempool_create_kmalloc_pool(min, size) __mempool_create()
#define mempool_create_slab_pool(min, cache) __mempool_create()

/* mm/mempool.c:404 */
#define mempool_alloc(pool, flags) (might_alloc(flags), (pool)->live++, __alloc())

/* mm/mempool.c:518 */
static void mempool_free(void *element, mempool_t *pool)
{
	if (element) {
		plain {
			pool->live--;
			__release_memory(element);
		}
	}
}

/* mm/mempool.c:205: what is still out goes back to a pool that is gone */
static void mempool_destroy(mempool_t *pool)
{
	if (pool)
		kfree(pool);
}
