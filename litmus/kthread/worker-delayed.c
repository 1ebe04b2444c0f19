/*
 * Result: use-after-free (obj), warn
 *
 * Does kthread_destroy_worker() wait for a delayed item whose timer still runs?
 * No. kthread_cancel_delayed_work_sync() has to end it before.
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
	kthread_destroy_worker(worker);
	kfree(obj);
}
