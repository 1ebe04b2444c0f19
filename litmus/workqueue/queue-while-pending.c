/*
 * Result: leak (obj)
 *
 * May a reference be taken for a work item without looking at what queue_work() returns?
 * No. If the item was pending already there will be one run for two references.
 */
#include <lastput.h>

struct obj {
	refcount_t users;
	struct work_struct work;
};

static void obj_put(struct obj *obj)
{
	if (refcount_dec_and_test(&obj->users))
		kfree(obj);
}

static void obj_work(struct work_struct *work)
{
	obj_put(container_of(work, struct obj, work));
}

static void obj_kick(struct obj *obj)
{
	refcount_inc(&obj->users);
	schedule_work(&obj->work);
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	refcount_set(&obj->users, 1);
	INIT_WORK(&obj->work, obj_work);
	obj_kick(obj);
	obj_kick(obj);
	obj_put(obj);
}
