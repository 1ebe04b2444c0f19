/*
 * Result: use-after-free (obj)
 *
 * May a driver free the memory of a kobject that it has put?
 * No. Others may hold references; the memory goes in the release function of its type.
 */
#include <lastput.h>

struct obj {
	struct kobject kobj;
};

static void obj_release(struct kobject *kobj)
{
}

static const struct kobj_type obj_type = { .release = obj_release };
static struct obj *obj;

BOOT(setup)
{
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	kobject_init(&obj->kobj, &obj_type);
	kobject_get(&obj->kobj);
}

THREAD(sysfs)
{
	kobject_put(&obj->kobj);
}

THREAD(driver)
{
	kobject_put(&obj->kobj);
	kfree(obj);
}
