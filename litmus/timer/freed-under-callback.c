/*
 * Result: use-after-free (obj)
 *
 * Is timer_delete() enough before the object is freed that the timer lies in?
 * No. It takes off a pending timer, but does not wait for a callback that runs.
 */
#include <lastput.h>

struct obj {
	struct timer_list timer;
	int value;
};

static void obj_timer(struct timer_list *t)
{
	struct obj *obj = timer_container_of(obj, t, timer);

	obj->value = 1;
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	timer_setup(&obj->timer, obj_timer, 0);
	mod_timer(&obj->timer, jiffies + HZ);
	timer_delete(&obj->timer);
	kfree(obj);
}
