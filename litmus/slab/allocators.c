/*
 * Result: safe
 *
 * Do all the ways to allocate memory give memory that must be freed?
 * One task tries them all.
 */
#include <lastput.h>

struct obj {
	int value;
};

struct pair {
	int value;
};

POOL(struct obj, 16);

static int allocate(void)
{
	struct obj *obj;

	obj = kmalloc(sizeof(*obj), GFP_ATOMIC);
	kfree_sensitive(obj);
	obj = kcalloc(1, sizeof(*obj), GFP_KERNEL);
	kfree_const(obj);
	obj = kmalloc_array(1, sizeof(*obj), GFP_KERNEL | __GFP_ZERO);
	kvfree(obj);
	obj = kmalloc_node(sizeof(*obj), GFP_KERNEL, 0);
	kfree(obj);
	obj = kzalloc_node(sizeof(*obj), GFP_KERNEL, 0);
	kfree(obj);
	obj = kvmalloc(sizeof(*obj), GFP_KERNEL);
	kvfree(obj);
	obj = kvzalloc(sizeof(*obj), GFP_KERNEL);
	kvfree(obj);
	obj = kvcalloc(1, sizeof(*obj), GFP_KERNEL_ACCOUNT);
	kvfree(obj);
	obj = vmalloc(sizeof(*obj));
	vfree(obj);
	obj = vzalloc(sizeof(*obj));
	vfree(obj);
	obj = __vmalloc(sizeof(*obj), GFP_KERNEL);
	vfree(obj);
	kfree(NULL);
	return 0;
}

static int caches(void)
{
	struct kmem_cache *one = KMEM_CACHE(pair, 0);
	struct kmem_cache *two = kmem_cache_create_usercopy("two", sizeof(struct pair), 0, 0, 0, 0, NULL);
	struct pair *pair;

	pair = kmem_cache_alloc(one, GFP_KERNEL);
	kmem_cache_free(one, pair);
	pair = kmem_cache_alloc_node(two, GFP_KERNEL, 0);
	kmem_cache_free(two, pair);
	kmem_cache_destroy(one);
	kmem_cache_destroy(two);
	kmem_cache_destroy(NULL);
	return 0;
}

THREAD(user)
{
	SYSCALL(allocate());
	SYSCALL(caches());
}
