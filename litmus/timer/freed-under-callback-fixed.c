/*
 * Result: safe
 *
 * What must come before an object is freed that a timer lies in?
 * timer_delete_sync(), which also waits for a running callback.
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
	timer_delete_sync(&obj->timer);
	kfree(obj);
}
