/*
 * Result: use-after-free (obj)
 *
 * Is flush_work() enough for a work item that queues itself again?
 * No. It waits for one instance; the function may have queued the next one by then.
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
	flush_work(&obj->work);
	kfree(obj);
}
