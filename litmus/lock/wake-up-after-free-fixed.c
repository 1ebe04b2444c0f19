/*
 * Result: safe
 *
 * With what is a task woken up that frees the object afterwards?
 * With a completion: condition and wake-up are one.
 */
#include <lastput.h>

struct obj {
	struct completion done;
	struct work_struct work;
};

static void obj_work(struct work_struct *work)
{
	struct obj *obj = container_of(work, struct obj, work);

	complete(&obj->done);
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	init_completion(&obj->done);
	INIT_WORK(&obj->work, obj_work);
	schedule_work(&obj->work);
	wait_for_completion(&obj->done);
	kfree(obj);
}
