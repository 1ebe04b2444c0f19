/*
 * Result: safe
 *
 * What is allocated when the type is named, or only its size?
 * An object of that type. Of a void pointer it is the type of the first sizeof.
 */
#include <lastput.h>

struct obj {
	int value;
	struct list_head list;
	int items[];
};

struct holder {
	void *data;
};

static void allocate(struct holder *holder)
{
	holder->data = kzalloc(struct_size((struct obj *)NULL, items, 4), GFP_KERNEL);
}

#define TRY(call) do {				\
	struct obj *made = (call);		\
	made->value = 1;			\
	kfree(made);				\
} while (0)

POOL(struct obj, 24);
POOL(struct mempool_s, 3);

THREAD(user)
{
	struct holder *holder = kzalloc_obj(*holder);
	mempool_t *pool = mempool_create_kmalloc_pool(1, sizeof(struct obj));
	struct obj *obj;

	allocate(holder);
	TRY(holder->data);
	kfree(holder);

	TRY(kmalloc_obj(struct obj));
	TRY(kmalloc_objs(struct obj, 2));
	TRY(kmalloc_flex(struct obj, items, 2));
	TRY(kzalloc_obj(struct obj, GFP_ATOMIC));
	TRY(kzalloc_objs(struct obj, 2, GFP_KERNEL));
	TRY(kzalloc_flex(struct obj, items, 2));
	TRY(kvmalloc_obj(struct obj));
	TRY(kvmalloc_objs(struct obj, 2));
	TRY(kvmalloc_flex(struct obj, items, 2));
	TRY(kvzalloc_obj(struct obj));
	TRY(kvzalloc_objs(struct obj, 2));
	TRY(kvzalloc_flex(struct obj, items, 2));
	TRY(kzalloc(struct_size_t(struct obj, items, 2), GFP_KERNEL));
	TRY(kzalloc(size_add(size_mul(2, sizeof(struct obj)), 4), GFP_KERNEL));
	TRY(kzalloc(array_size(2, sizeof(struct obj)), GFP_KERNEL));

	obj = kzalloc_obj(struct obj);
	TRY(kmemdup(obj, sizeof(*obj), GFP_KERNEL));
	TRY(kvmemdup(obj, sizeof(*obj), GFP_KERNEL));
	kfree(obj);

	obj = mempool_alloc(pool, GFP_KERNEL);
	mempool_free(obj, pool);
	mempool_destroy(pool);
	mempool_destroy(mempool_create(1, NULL, NULL, NULL));
	mempool_destroy(mempool_create_slab_pool(1, NULL));
}
