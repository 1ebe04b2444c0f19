/*
 * Result: deadlock
 *
 * May an item flush its own worker?
 */
#include <lastput.h>

static struct kthread_worker *worker;

static void own_work(struct kthread_work *work)
{
	kthread_flush_worker(worker);
}

static DEFINE_KTHREAD_WORK(own, own_work);

THREAD(user)
{
	worker = kthread_create_worker_on_cpu(0, 0, "worker");
	kthread_queue_work(worker, &own);
	kthread_destroy_worker(worker);
}
