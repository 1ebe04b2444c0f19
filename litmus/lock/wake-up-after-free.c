/*
 * Result: use-after-free (obj)
 *
 * May an object be freed as soon as the condition holds for which one waited on its wait queue?
 * No. The other task sets the condition first and wakes up the queue afterwards.
 */
#include <lastput.h>

struct obj {
	struct wait_queue_head queue;
	struct work_struct work;
	int done;
};

static void obj_work(struct work_struct *work)
{
	struct obj *obj = container_of(work, struct obj, work);

	obj->done = 1;
	wake_up(&obj->queue);
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	init_waitqueue_head(&obj->queue);
	INIT_WORK(&obj->work, obj_work);
	schedule_work(&obj->work);
	wait_event(obj->queue, obj->done);
	kfree(obj);
}
