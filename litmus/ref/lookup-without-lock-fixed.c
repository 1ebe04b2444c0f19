/*
 * Result: safe
 *
 * Under which lock is an object found by a shared pointer?
 * Under the one that its release function takes before it frees the object. Then kref_get_unless_zero() decides.
 *
 * Taught by Documentation/core-api/kref.rst.
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
	struct obj *obj;

	mutex_lock(&lock);
	obj = shared;
	if (obj && !kref_get_unless_zero(&obj->kref))
		obj = NULL;
	mutex_unlock(&lock);
	if (obj)
		kref_put(&obj->kref, obj_release);
}

THREAD(owner)
{
	struct obj *obj = shared;

	kref_put(&obj->kref, obj_release);
}
