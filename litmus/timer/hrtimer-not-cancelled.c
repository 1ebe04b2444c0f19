/*
 * Result: use-after-free (obj)
 *
 * Is hrtimer_try_to_cancel() enough before an object is freed?
 * No. It gives -1 while the callback runs, and has done nothing then.
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
	hrtimer_try_to_cancel(&obj->timer);
	kfree(obj);
}
