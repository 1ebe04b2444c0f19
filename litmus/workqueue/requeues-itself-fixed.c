/*
 * Result: safe
 *
 * How is a work item stopped that queues itself again?
 * By cancel_work_sync(): it lets nobody queue the item while it waits for the running instance.
 */
#include <lastput.h>

struct obj {
	struct work_struct work;
	int again;
};

static void obj_work(struct work_struct *work)
{
	struct obj *obj = container_of(work, struct obj, work);

	if (obj->again) {
		obj->again = 0;
		schedule_work(&obj->work);
	}
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	obj->again = 1;
	INIT_WORK(&obj->work, obj_work);
	schedule_work(&obj->work);
	cancel_work_sync(&obj->work);
	kfree(obj);
}
