/*
 * Result: safe
 *
 * What ends a delayed item of a kernel thread worker?
 * kthread_cancel_delayed_work_sync(), before the worker goes.
 */
#include <lastput.h>

struct obj {
	struct kthread_delayed_work work;
	int value;
};

static void obj_work(struct kthread_work *work)
{
	container_of(work, struct obj, work.work)->value++;
}

THREAD(user)
{
	struct kthread_worker *worker = kthread_run_worker(0, "worker");
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	kthread_init_delayed_work(&obj->work, obj_work);
	kthread_queue_delayed_work(worker, &obj->work, HZ);
	kthread_cancel_delayed_work_sync(&obj->work);
	kthread_destroy_worker(worker);
	kfree(obj);
}
