/*
 * Result: safe
 *
 * When should a work item be initialised that is used only sometimes?
 * Always, when its object is made; flushing an item that was never queued is nothing.
 */
#include <lastput.h>

struct obj {
	struct work_struct work;
};

static void obj_work(struct work_struct *work)
{
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	int used;

	plain { used = choose(2); }
	INIT_WORK(&obj->work, obj_work);
	if (used)
		schedule_work(&obj->work);
	flush_work(&obj->work);
	kfree(obj);
}
