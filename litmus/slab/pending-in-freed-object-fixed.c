/*
 * Result: safe
 *
 * When may an object be freed that has a delayed work item in it?
 * When cancel_delayed_work_sync() has returned.
 */
#include <lastput.h>

struct obj {
	struct delayed_work dwork;
};

static void obj_work(struct work_struct *work)
{
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	INIT_DELAYED_WORK(&obj->dwork, obj_work);
	schedule_delayed_work(&obj->dwork, HZ);
	cancel_delayed_work_sync(&obj->dwork);
	kfree(obj);
}
