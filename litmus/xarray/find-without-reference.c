/*
 * Result: use-after-free (obj)
 *
 * Does idr_find() give a reference?
 * No. Whoever removes the number and frees the object does not wait for those who have found it.
 */
#include <lastput.h>

struct obj {
	struct kref kref;
	struct rcu_head rcu;
	int value;
};

static DEFINE_IDR(objects);

static void obj_release(struct kref *kref)
{
	struct obj *obj = container_of(kref, struct obj, kref);

	kfree(obj);
}

BOOT(setup)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	kref_init(&obj->kref);
	idr_alloc(&objects, obj, 1, 0, GFP_KERNEL);
}

THREAD(user)
{
	struct obj *obj = idr_find(&objects, 1);

	if (obj)
		obj->value = 1;
}

THREAD(admin)
{
	struct obj *obj = idr_remove(&objects, 1);

	kref_put(&obj->kref, obj_release);
}
