/*
 * Result: safe
 *
 * What is kref_put_mutex() good for?
 * The last put and the unlinking are one step for everybody who looks up under the mutex, so a plain kref_get() is
 * enough there: what can be found has a count above 0.
 */
#include <lastput.h>

struct obj {
	struct kref kref;
};

static struct obj *shared;
static DEFINE_MUTEX(lock);

static void obj_release(struct kref *kref)
{
	shared = NULL;
	mutex_unlock(&lock);
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

	mutex_lock(&lock);
	obj = shared;
	if (obj)
		kref_get(&obj->kref);
	mutex_unlock(&lock);
	if (obj)
		kref_put_mutex(&obj->kref, obj_release, &lock);
}

THREAD(owner)
{
	struct obj *obj = shared;

	kref_put_mutex(&obj->kref, obj_release, &lock);
}
