/*
 * Result: safe
 *
 * Where does the memory of a kobject go?
 * In the release function of its type, which the last put calls, whoever does it.
 */
#include <lastput.h>

struct obj {
	struct kobject kobj;
};

static void obj_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct obj, kobj));
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
}
