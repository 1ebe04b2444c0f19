/*
 * Result: safe
 *
 * May a work function free the object that its work item lies in?
 * Yes. process_one_work() writes to the item for the last time before it calls the function, and uses only its
 * address afterwards.
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
}
