/*
 * Result: use-after-free (workqueue_struct)
 *
 * Does destroy_workqueue() wait for delayed work whose timer still runs?
 * No. The timer expires later, and queues the item on a workqueue that is gone.
 */
#include <lastput.h>

static struct delayed_work dwork;

static void work_fn(struct work_struct *w)
{
}

THREAD(user)
{
	struct workqueue_struct *wq = alloc_workqueue("wq", 0, 0);

	INIT_DELAYED_WORK(&dwork, work_fn);
	queue_delayed_work(wq, &dwork, HZ);
	destroy_workqueue(wq);
}
