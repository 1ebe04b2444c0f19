/*
 * Result: unmapped-text (drv)
 *
 * May the release function of a refcounted object put the module it lives in?
 * No. Class D: whoever drops the last reference runs it, in whatever context. Here built-in code holds an object
 * of the module and puts it after the module let go of its own reference. The window is the end of
 * obj_release(), after module_put(); a compiler may turn that into a jump (option tail-calls).
 */
#include <lastput.h>

struct obj {
	struct kref kref;
	void (*release)(struct kref *kref);
};

/* Built-in code that keeps an object for a while. */
static struct obj *kept;

static void core_drop(void)
{
	struct obj *obj;

	atomic {
		obj = kept;
		kept = NULL;
	}
	if (obj)
		kref_put(&obj->kref, obj->release);
}

MODULE(drv);

static void obj_release(struct kref *kref)
{
	kfree(container_of(kref, struct obj, kref));
	module_put(THIS_MODULE);
}

static int drv_init(void)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	kref_init(&obj->kref);
	obj->release = obj_release;
	__module_get(THIS_MODULE);
	kept = obj;
	return 0;
}

static void drv_exit(void)
{
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	core_drop();
}

THREAD(admin)
{
	rmmod("drv");
}
