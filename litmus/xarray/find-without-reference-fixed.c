/*
 * Result: safe
 *
 * How is an object looked up in an idr that others may free?
 * Under rcu_read_lock(), with kref_get_unless_zero(); the object is freed after a grace period.
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

	kfree_rcu(obj, rcu);
}

BOOT(setup)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	kref_init(&obj->kref);
	idr_alloc(&objects, obj, 1, 0, GFP_KERNEL);
}

THREAD(user)
{
	struct obj *obj;

	rcu_read_lock();
	obj = idr_find(&objects, 1);
	if (obj && !kref_get_unless_zero(&obj->kref))
		obj = NULL;
	rcu_read_unlock();
	if (obj) {
		obj->value = 1;
		kref_put(&obj->kref, obj_release);
	}
}

THREAD(admin)
{
	struct obj *obj = idr_remove(&objects, 1);

	kref_put(&obj->kref, obj_release);
}
