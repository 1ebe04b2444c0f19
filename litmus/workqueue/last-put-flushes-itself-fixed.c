/*
 * Result: safe
 *
 * What keeps an object alive for its work item, if not a reference?
 * The teardown, which flushes the item before it frees the object. The item then needs no reference.
 *
 * Taught by virt/kvm/eventfd.c and 3d75b8aa5c29 ("KVM: Always flush async #PF workqueue when vCPU is being destroyed").
 */
#include <lastput.h>

struct obj {
	refcount_t users;
	struct work_struct work;
	int value;
};

static void obj_put(struct obj *obj)
{
	if (refcount_dec_and_test(&obj->users)) {
		flush_work(&obj->work);
		kfree(obj);
	}
}

static void obj_work(struct work_struct *work)
{
	container_of(work, struct obj, work)->value = 1;
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	refcount_set(&obj->users, 1);
	INIT_WORK(&obj->work, obj_work);
	schedule_work(&obj->work);
	obj_put(obj);
}
