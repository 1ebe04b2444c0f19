/*
 * Result: safe
 *
 * Do the workqueue operations do what they say?
 * One task tries them all.
 */
#include <lastput.h>

static struct work_struct work;
static struct delayed_work dwork;
static int runs;

static void work_fn(struct work_struct *w)
{
	runs++;
}

static DECLARE_WORK(declared, work_fn);
static struct work_struct other = __WORK_INITIALIZER(work_fn);

THREAD(user)
{
	struct workqueue_struct *wq = create_workqueue("one");
	struct workqueue_struct *single = create_singlethread_workqueue("two");

	INIT_WORK_ONSTACK(&work, work_fn);
	INIT_DEFERRABLE_WORK(&dwork, work_fn);
	queue_work_node(0, wq, &work);
	WARN_ON(work_busy(&work) > (WORK_BUSY_PENDING | WORK_BUSY_RUNNING));
	schedule_work_on(0, &other);
	flush_scheduled_work();
	WARN_ON(work_pending(&other));
	queue_delayed_work(single, &dwork, HZ);
	cancel_delayed_work(&dwork);
	disable_work(&work);
	drain_workqueue(wq);
	WARN_ON(queue_work(wq, &work));
	destroy_work_on_stack(&work);
	destroy_workqueue(wq);
	destroy_workqueue(single);
	schedule_work(&declared);
	flush_work(&declared);
	WARN_ON(runs < 2 || runs > 4);
}
