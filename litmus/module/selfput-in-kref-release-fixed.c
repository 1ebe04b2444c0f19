/*
 * Result: safe
 *
 * Who should put the module of an object whose last reference anybody may drop?
 * Built-in code, with the module kept in the object: it calls the release function, and puts the module after
 * that function has returned.
 *
 * Taught by firmware_loader (request_firmware_work_func() puts fw_work->module) and drivers/md/dm-builtin.c.
 */
#include <lastput.h>

struct obj {
	struct kref kref;
	struct module *owner;
	void (*release)(struct kref *kref);
};

static struct obj *kept;

static void core_drop(void)
{
	struct module *owner;
	struct obj *obj;

	atomic {
		obj = kept;
		kept = NULL;
	}
	if (!obj)
		return;
	owner = obj->owner;
	if (kref_put(&obj->kref, obj->release))
		module_put(owner);
}

MODULE(drv);

static void obj_release(struct kref *kref)
{
	kfree(container_of(kref, struct obj, kref));
}

static int drv_init(void)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	kref_init(&obj->kref);
	obj->release = obj_release;
	obj->owner = THIS_MODULE;
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
