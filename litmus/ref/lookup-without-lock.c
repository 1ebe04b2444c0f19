/*
 * Result: use-after-free (obj)
 *
 * Is kref_get_unless_zero() enough to find an object by a shared pointer?
 * No. The object may be freed before the count is even looked at. Finding and getting must exclude the freeing.
 */
#include <lastput.h>

struct obj {
	struct kref kref;
};

static struct obj *shared;
static DEFINE_MUTEX(lock);

static void obj_release(struct kref *kref)
{
	struct obj *obj = container_of(kref, struct obj, kref);

	mutex_lock(&lock);
	shared = NULL;
	mutex_unlock(&lock);
	kfree(obj);
}

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
	kref_init(&shared->kref);
}

THREAD(finder)
{
	struct obj *obj = shared;

	if (obj && kref_get_unless_zero(&obj->kref))
		kref_put(&obj->kref, obj_release);
}

THREAD(owner)
{
	struct obj *obj = shared;

	kref_put(&obj->kref, obj_release);
}
