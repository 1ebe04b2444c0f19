/*
 * Result: safe
 *
 * What may be freed after cancel_work_sync()?
 * The object of the item, if nobody queues it any more.
 */
#include <lastput.h>

struct obj {
	struct work_struct work;
	int value;
};

static void obj_work(struct work_struct *work)
{
	container_of(work, struct obj, work)->value = 1;
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	INIT_WORK(&obj->work, obj_work);
	schedule_work(&obj->work);
	cancel_work_sync(&obj->work);
	kfree(obj);
}
