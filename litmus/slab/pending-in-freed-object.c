/*
 * Result: use-after-free (obj)
 *
 * May an object be freed while a work item in it is pending?
 * No. The workqueue's list leads into freed memory (CONFIG_DEBUG_OBJECTS_FREE reports the kfree() itself).
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
	kfree(obj);
}
