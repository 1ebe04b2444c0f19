/*
 * Result: safe
 *
 * What must come before destroy_workqueue() if there is delayed work?
 * cancel_delayed_work_sync(), which stops the timer too.
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
	cancel_delayed_work_sync(&dwork);
	destroy_workqueue(wq);
}
