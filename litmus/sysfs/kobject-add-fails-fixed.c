/*
 * Result: safe
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * What does a failed kobject_init_and_add() need?
 * kobject_put(), which calls the release function.
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

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (kobject_init_and_add(&obj->kobj, &obj_type, NULL, "obj")) {
		kobject_put(&obj->kobj);
		return;
	}
	kobject_del(&obj->kobj);
	kobject_put(&obj->kobj);
}
