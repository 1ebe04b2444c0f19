/*
 * Result: safe
 *
 * Do the calls on kernel thread workers do what they say?
 */
#include <lastput.h>

static int ran;

static void first_work(struct kthread_work *work)
{
	WARN_ON(ran != 0);
	ran = 1;
}

static void second_work(struct kthread_work *work)
{
	ran = 2;
}

static DEFINE_KTHREAD_WORK(first, first_work);
static struct kthread_delayed_work second;
static struct kthread_worker own;

THREAD(user)
{
	struct kthread_worker *worker = kthread_create_worker(0, "worker");

	kthread_init_worker(&own);
	kthread_init_delayed_work(&second, second_work);
	WARN_ON(!kthread_queue_work(worker, &first));
	kthread_queue_delayed_work(worker, &second, 0);
	kthread_flush_work(&first);
	WARN_ON(!ran);
	kthread_mod_delayed_work(worker, &second, 0);
	kthread_flush_worker(worker);
	WARN_ON(ran != 2);
	WARN_ON(kthread_cancel_work_sync(&first));
	kthread_destroy_worker(worker);
}
