/*
 * Workqueues: waiting for one item, and cancelling it.
 *
 * Models kernel/workqueue.c (6.12). What blocks, all of it without a timeout:
 *   flush_work()        until the instance that is pending (or else running) at the call has returned
 *   cancel_work_sync()  until the running instance has returned; a pending one is taken off
 * A work function that waits for itself this way waits for ever.
 *
 * ->flushing of the waiting task says for what it waits: the item while it is pending, then the worker.
 *
 * Left out: lockdep's report of a flush that could wait for itself.
 */

#define WORK_BUSY_PENDING 1
#define WORK_BUSY_RUNNING 2

/* kernel/workqueue.c:4178: true if there is something to wait for */
static bool start_flush_work(struct work_struct *work)
{
	struct task_struct *worker;

	atomic {
		if (work->delayed) {
			if (choose(2))			/* delayed_work_timer_fn(), :2517 */
				__work_enqueue(work->wq, work);
		}
		if (work->pending && !work->delayed) {
			current->flushing = work;
		} else {
			worker = find_worker_executing_work(work);
			current->flushing = worker;
		}
	}
	return current->flushing != NULL;
}

/* kernel/workqueue.c:4234 */
static bool __flush_work(struct work_struct *work, bool from_cancel)
{
	if (WARN_ON(!work->func))
		return false;
	if (!start_flush_work(work))
		return false;
	SLEEP_UNTIL(atomic, !current->flushing);
	return true;
}

/* kernel/workqueue.c:4298: true if it waited */
static bool flush_work(struct work_struct *work)
{
	might_sleep();
	return __flush_work(work, false);
}

/* kernel/workqueue.c:4317: does not wait for the timer */
static bool flush_delayed_work(struct delayed_work *dwork)
{
	atomic {
		if (dwork->work.delayed)
			__work_enqueue(dwork->work.wq, &dwork->work);
	}
	return flush_work(&dwork->work);
}

/* kernel/workqueue.c:4365: true if it was pending; who waited for that instance goes on */
static bool __cancel_work(struct work_struct *work, int disable)
{
	struct task_struct *t;
	bool ret;

	atomic {
		ret = work->pending;
		if (ret) {
			__work_dequeue(work->wq, work);
			work->wq_flushers = 0;
			for_each_instance(struct task_struct, t) {
				if (t->flushing == work)
					t->flushing = NULL;
			}
		}
		work->disable += disable;
	}
	return ret;
}

/* kernel/workqueue.c:4525 */
static bool enable_work(struct work_struct *work)
{
	atomic {
		if (work->disable > 0)
			work->disable--;
		else
			warn(WARN, work, "workqueue: work disable count underflowed");
	}
	return !work->disable;
}

/* kernel/workqueue.c:4384 */
static bool __cancel_work_sync(struct work_struct *work)
{
	bool ret = __cancel_work(work, 1);

	might_sleep();
	__flush_work(work, true);
	enable_work(work);
	return ret;
}

/* kernel/workqueue.c:4411 */
static bool cancel_work(struct work_struct *work)
{
	return __cancel_work(work, 0);
}

/* kernel/workqueue.c:4435: true if it removed a pending instance */
static bool cancel_work_sync(struct work_struct *work)
{
	return __cancel_work_sync(work);
}

/* kernel/workqueue.c:4457: does not wait for a running instance */
static bool cancel_delayed_work(struct delayed_work *dwork)
{
	return __cancel_work(&dwork->work, 0);
}

/* kernel/workqueue.c:4472 */
static bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	return __cancel_work_sync(&dwork->work);
}

/* kernel/workqueue.c:4490 */
static bool disable_work(struct work_struct *work)
{
	return __cancel_work(work, 1);
}

/* kernel/workqueue.c:4509 */
static bool disable_work_sync(struct work_struct *work)
{
	bool ret = __cancel_work(work, 1);

	might_sleep();
	__flush_work(work, true);
	return ret;
}

/* mod_delayed_work_on(), kernel/workqueue.c:2616: true if it was pending */
static bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	bool ret = __cancel_work(&dwork->work, 0);

	queue_delayed_work(wq, dwork, delay);
	return ret;
}

/* kernel/workqueue.c:6116 */
static unsigned int work_busy(struct work_struct *work)
{
	unsigned int busy = 0;

	plain {
		if (work->pending)
			busy |= WORK_BUSY_PENDING;
		if (find_worker_executing_work(work))
			busy |= WORK_BUSY_RUNNING;
	}
	return busy;
}
