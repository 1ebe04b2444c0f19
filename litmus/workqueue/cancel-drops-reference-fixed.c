/*
 * Result: safe
 *
 * Does the result of cancel_work_sync() settle who puts the reference of a work item?
 * Yes: true means that the function never runs for that queueing, so its reference is ours.
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

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	refcount_set(&obj->users, 2);
	INIT_WORK(&obj->work, obj_work);
	schedule_work(&obj->work);
	if (cancel_work_sync(&obj->work))
		obj_put(obj);
	obj_put(obj);
}
