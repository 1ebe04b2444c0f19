/*
 * Result: warn
 *
 * May teardown flush a work item that was perhaps never initialised?
 * No. __flush_work() warns about an item without a function (and waits for nothing).
 *
 * Taught by KVM's wakeup_all item, which is not a work item at all.
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
	if (used) {
		INIT_WORK(&obj->work, obj_work);
		schedule_work(&obj->work);
	}
	flush_work(&obj->work);
	kfree(obj);
}
