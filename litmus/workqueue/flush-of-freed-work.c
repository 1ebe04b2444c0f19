/*
 * Result: use-after-free (obj)
 *
 * May somebody flush a work item whose function frees its object?
 * No: he who flushes cannot know whether the item is still there.
 */
#include <lastput.h>

struct obj {
	struct work_struct work;
};

static void obj_work(struct work_struct *work)
{
	kfree(container_of(work, struct obj, work));
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	INIT_WORK(&obj->work, obj_work);
	schedule_work(&obj->work);
	flush_work(&obj->work);
}
