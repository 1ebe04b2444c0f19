/*
 * Result: safe
 *
 * Does kthread_destroy_worker() wait for the items?
 * Yes, so the objects may go after it.
 */
#include <lastput.h>

struct obj {
	struct kthread_work work;
	int value;
};

static void obj_work(struct kthread_work *work)
{
	container_of(work, struct obj, work)->value++;
}

THREAD(user)
{
	struct kthread_worker *worker = kthread_create_worker(0, "worker");
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	kthread_init_work(&obj->work, obj_work);
	kthread_queue_work(worker, &obj->work);
	kthread_destroy_worker(worker);
	kfree(obj);
}
