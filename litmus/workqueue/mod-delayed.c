/*
 * Result: safe
 *
 * Does mod_delayed_work() make an item run once or twice?
 * Once for each time that it was pending or idle; an instance that runs already is not touched. Cancelling stops it
 * in either state.
 */
#include <lastput.h>

struct obj {
	struct delayed_work dwork;
	int runs;
};

static void obj_work(struct work_struct *work)
{
	struct obj *obj = container_of(to_delayed_work(work), struct obj, dwork);

	obj->runs++;
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	INIT_DELAYED_WORK(&obj->dwork, obj_work);
	queue_delayed_work(system_wq, &obj->dwork, HZ);
	if (mod_delayed_work(system_wq, &obj->dwork, 0)) {
		flush_delayed_work(&obj->dwork);
		WARN_ON(obj->runs != 1);
	}
	cancel_delayed_work_sync(&obj->dwork);
	WARN_ON(delayed_work_pending(&obj->dwork) || obj->runs > 2);
	kfree(obj);
}
