/*
 * Result: safe
 *
 * Is an hrtimer that restarts itself gone after hrtimer_cancel()?
 * Yes. It waits for the callback, and takes off what the callback armed again.
 */
#include <lastput.h>

struct obj {
	struct hrtimer timer;
	int ticks;
};

static enum hrtimer_restart obj_tick(struct hrtimer *t)
{
	struct obj *obj = container_of(t, struct obj, timer);

	if (obj->ticks++)
		return HRTIMER_NORESTART;
	return HRTIMER_RESTART;
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	hrtimer_setup(&obj->timer, obj_tick, 0, 0);
	hrtimer_start(&obj->timer, 1, 0);
	hrtimer_cancel(&obj->timer);
	WARN_ON(hrtimer_active(&obj->timer));
	kfree(obj);
}
