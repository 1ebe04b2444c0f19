/*
 * Result: safe
 *
 * What is kref_put_lock() good for?
 * The same as kref_put_mutex(), for lookups under a spinlock.
 */
#include <lastput.h>

struct obj {
	struct kref kref;
};

static struct obj *shared;
static DEFINE_SPINLOCK(lock);

static void obj_release(struct kref *kref)
{
	shared = NULL;
	spin_unlock(&lock);
	kfree(container_of(kref, struct obj, kref));
}

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
	kref_init(&shared->kref);
}

THREAD(finder)
{
	struct obj *obj;

	spin_lock(&lock);
	obj = shared;
	if (obj)
		kref_get(&obj->kref);
	spin_unlock(&lock);
	if (obj)
		kref_put_lock(&obj->kref, obj_release, &lock);
}

THREAD(owner)
{
	struct obj *obj = shared;

	kref_put_lock(&obj->kref, obj_release, &lock);
}
