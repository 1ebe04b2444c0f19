/*
 * Workqueues: waiting for items, cancelling them, and the end of a workqueue.
 *
 * Models kernel/workqueue.c (6.12). What blocks, all of it without a timeout:
 *   flush_work()        until the instance that is pending (or else running) at the call has returned
 *   cancel_work_sync()  until the running instance has returned; a pending one is taken off
 *   flush_workqueue()   until all items that are pending or running at the call have returned
 *   drain_workqueue(), destroy_workqueue()  until the workqueue is empty
 * A work function that waits for itself this way waits for ever.
 *
 * ->flushing of the waiting task says for what it waits: the item while it is pending, then the worker.
 *
 * Left out: lockdep's report of a flush that could wait for itself; delayed items with a running timer do not
 * count for flush_workqueue() and destroy_workqueue(), as in the kernel.
 */

static int wq_flushes;		/* running flush_workqueue() calls, as bits */

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

/* kernel/workqueue.c:2616: true if it was pending */
static bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	bool ret = __cancel_work(&dwork->work, 0);

	queue_delayed_work(wq, dwork, delay);
	return ret;
}

/* kernel/workqueue.c:6026 */
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

/* Is an item left that this flush_workqueue() waits for? In a block. */
static inline int __wq_flush_blocked(int flush)
{
	struct work_struct *work;
	struct task_struct *t;
	int blocked = 0;

	for_each_instance(struct work_struct, work) {
		if (work->wq_flushers & flush)
			blocked = 1;
	}
	for_each_instance(struct task_struct, t) {
		if (t->wq_flushers & flush)
			blocked = 1;
	}
	return blocked;
}

/* kernel/workqueue.c:3973 */
static void __flush_workqueue(struct workqueue_struct *wq)
{
	struct work_struct *work;
	struct task_struct *t;
	int flush;

	atomic {
		flush = ~wq_flushes & (wq_flushes + 1);
		wq_flushes |= flush;
		(void)wq->flags;
		for_each_instance(struct work_struct, work) {
			if (work->pending && !work->delayed && work->wq == wq)
				work->wq_flushers |= flush;
		}
		for_each_instance(struct task_struct, t) {
			if (t->current_wq == wq)
				t->wq_flushers |= flush;
		}
	}
	SLEEP_UNTIL(atomic, !__wq_flush_blocked(flush), wq_flushes &= ~flush);
}

#define flush_workqueue(wq) __flush_workqueue(wq)
#define flush_scheduled_work() __flush_workqueue(system_wq)

/* Is the workqueue empty? In a block. */
static inline int __wq_empty(struct workqueue_struct *wq)
{
	struct work_struct *work;
	struct task_struct *t;
	int empty = 1;

	for_each_instance(struct work_struct, work) {
		if (work->pending && !work->delayed && work->wq == wq)
			empty = 0;
	}
	for_each_instance(struct task_struct, t) {
		if (t->current_wq == wq)
			empty = 0;
	}
	return empty;
}

/* kernel/workqueue.c:4134: only items of the workqueue itself may queue on it meanwhile */
static void drain_workqueue(struct workqueue_struct *wq)
{
	atomic { wq->flags |= __WQ_DRAINING; }
	SLEEP_UNTIL(atomic, __wq_empty(wq), wq->flags &= ~__WQ_DRAINING);
}

/* kernel/workqueue.c:5892 */
static void destroy_workqueue(struct workqueue_struct *wq)
{
	atomic { wq->flags |= __WQ_DESTROYING; }
	drain_workqueue(wq);
	kfree(wq);
}

/* kernel/workqueue.c:5829 */
static struct workqueue_struct *alloc_workqueue(const char *fmt, ...)
{
	struct workqueue_struct *wq;

	might_sleep();
	wq = __alloc();
	return wq;
}

/* include/linux/workqueue.h:546 */
static struct workqueue_struct *alloc_ordered_workqueue(const char *fmt, ...)
{
	struct workqueue_struct *wq = alloc_workqueue(fmt);

	plain { wq->ordered = 1; }
	return wq;
}

#define create_workqueue(name) alloc_workqueue(name, WQ_MEM_RECLAIM, 1)
#define create_singlethread_workqueue(name) alloc_ordered_workqueue(name, WQ_MEM_RECLAIM)
