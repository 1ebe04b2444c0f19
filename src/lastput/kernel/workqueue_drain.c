/*
 * Workqueues: their beginning, waiting for all their items, and their end.
 *
 * Models kernel/workqueue.c (6.12). What blocks, without a timeout: flush_workqueue() until all items that are
 * pending or running at the call have returned; drain_workqueue() and destroy_workqueue() until the workqueue is
 * empty. Delayed items whose timer runs do not count, as in the kernel.
 *
 * A flush_workqueue() is a bit in each item and worker that it waits for.
 *
 * Left out: what a workqueue may fail to allocate; rescuers; RCU between destroying and freeing.
 */

static int wq_flushes;		/* running flush_workqueue() calls, as bits */

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

/* kernel/workqueue.c:5709 */
static struct workqueue_struct *__alloc_workqueue(const char *fmt, struct module *owner, int ordered)
{
	struct workqueue_struct *wq;

	might_sleep();
	wq = __alloc();
	plain {
		wq->owner = owner;
		wq->ordered = ordered;
	}
	return wq;
}

#define alloc_workqueue(fmt, ...) __alloc_workqueue(fmt, THIS_MODULE, 0)
/* include/linux/workqueue.h:567 */
#define alloc_ordered_workqueue(fmt, ...) __alloc_workqueue(fmt, THIS_MODULE, 1)

#define create_workqueue(name) alloc_workqueue(name, WQ_MEM_RECLAIM, 1)
#define create_singlethread_workqueue(name) alloc_ordered_workqueue(name, WQ_MEM_RECLAIM)
