/*
 * Result: safe
 *
 * When may an object go whose percpu_ref was killed?
 * When its release function has been called.
 */
#include <lastput.h>

struct obj {
	struct percpu_ref ref;
	struct completion released;
	int value;
};

static struct obj *obj;

static void obj_release(struct percpu_ref *ref)
{
	complete(&container_of(ref, struct obj, ref)->released);
}

BOOT(setup)
{
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	init_completion(&obj->released);
	percpu_ref_init(&obj->ref, obj_release, 0, GFP_KERNEL);
	percpu_ref_get(&obj->ref);
}

THREAD(user)
{
	obj->value = 1;
	percpu_ref_put(&obj->ref);
}

THREAD(admin)
{
	percpu_ref_kill(&obj->ref);
	wait_for_completion(&obj->released);
	percpu_ref_exit(&obj->ref);
	kfree(obj);
}
