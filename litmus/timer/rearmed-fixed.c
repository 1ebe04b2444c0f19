/*
 * Result: safe
 *
 * How is a timer stopped that a work item arms again, and which queues that item?
 * With timer_shutdown_sync(): from then on arming it is nothing.
 *
 * Taught by f571faf6e443 ("timers: Provide timer_shutdown[_sync]()").
 */
#include <lastput.h>

struct obj {
	struct timer_list timer;
	struct work_struct work;
	int rounds;
};

static void obj_timer(struct timer_list *t)
{
	struct obj *obj = timer_container_of(obj, t, timer);

	schedule_work(&obj->work);
}

static void obj_work(struct work_struct *work)
{
	struct obj *obj = container_of(work, struct obj, work);

	if (!obj->rounds++)
		mod_timer(&obj->timer, jiffies + HZ);
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	timer_setup(&obj->timer, obj_timer, 0);
	INIT_WORK(&obj->work, obj_work);
	mod_timer(&obj->timer, jiffies + HZ);
	timer_shutdown_sync(&obj->timer);
	cancel_work_sync(&obj->work);
	kfree(obj);
}
