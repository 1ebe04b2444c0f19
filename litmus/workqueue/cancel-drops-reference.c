/*
 * Result: leak (obj)
 *
 * Who puts the reference of a work item that is cancelled before it ran?
 * Whoever cancels it: cancel_work_sync() gives true when the function will not run.
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
	cancel_work_sync(&obj->work);
	obj_put(obj);
}
