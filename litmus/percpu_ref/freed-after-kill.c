/*
 * Result: use-after-free (obj), warn
 *
 * May an object be freed after percpu_ref_kill()?
 * No. Those who have a reference still use it, and the count itself is switched over by RCU.
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
	percpu_ref_exit(&obj->ref);
	kfree(obj);
}
