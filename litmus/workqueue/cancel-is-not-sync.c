/*
 * Result: use-after-free (obj)
 *
 * Is cancel_work() enough before an object is freed?
 * No. It takes off an item that waits, but not one that runs. cancel_work_sync() waits for that as well.
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
	cancel_work(&obj->work);
	kfree(obj);
}
