/*
 * Workqueues: queueing and running work items.
 *
 * Models kernel/workqueue.c (6.12). What blocks: nothing here; see workqueue_flush.c. NR_WORKERS kernel
 * threads run the items (option workers=N). Any pending item may be taken next, because items sit on per-CPU
 * and per-node pools and each pool has its own workers; one item never runs twice at a time. Only ordered
 * workqueues keep an order: one item at a time, first in, first out.
 *
 * An item that is queued with a delay may be taken at any time, its timer is not seen apart.
 *
 * Left out: max_active other than that of ordered workqueues, priorities, CPU affinity, BH workqueues; that a
 * pool which blocks gets another worker (use workers=N); the instant at which queue_work_on() has set PENDING
 * but the item is not on a list yet; a timer of an ordered workqueue that expires while others are queued.
 */

struct work_struct {
	int pending;
	int delayed;			/* still with its timer */
	int disable;
	int wq_flushers;
	work_func_t func;
	struct workqueue_struct *wq;
	struct work_struct *next;	/* ordered workqueues */
};

struct delayed_work {
	struct work_struct work;
};

struct workqueue_struct {
	int flags;
	int ordered;
	struct work_struct *first;
	struct module *owner;		/* whose text has made it */
};

POOL_MAY_LEAK(struct workqueue_struct);	/* unless the module that made it is gone: see free_module() */

#define WQ_UNBOUND 2
#define WQ_FREEZABLE 4
#define WQ_MEM_RECLAIM 8
#define WQ_HIGHPRI 16
#define WQ_CPU_INTENSIVE 32
#define WQ_SYSFS 64
#define WQ_PERCPU 256
#define __WQ_DESTROYING (1 << 15)
#define __WQ_DRAINING (1 << 16)
#define WORK_CPU_UNBOUND 0

static struct workqueue_struct __system_wq, __system_unbound_wq;

#define __WORK_INITIALIZER(function) { .func = (function) }
#define DECLARE_WORK(name, function) struct work_struct name = { .func = (function) }
#define DECLARE_DELAYED_WORK(name, function) struct delayed_work name = { .work = { .func = (function) } }

/* include/linux/workqueue.h:300 */
static inline void __INIT_WORK(struct work_struct *work, work_func_t func)
{
	plain {
		if (work->pending)
			fail(USE_AFTER_FREE, work, "ODEBUG: init active object type: work_struct");
		work->delayed = 0;
		work->disable = 0;
		work->func = func;
	}
}

#define INIT_WORK(work, func) __INIT_WORK(work, func)
#define INIT_WORK_ONSTACK(work, func) __INIT_WORK(work, func)
#define INIT_DELAYED_WORK(dwork, func) __INIT_WORK(&(dwork)->work, func)
#define INIT_DEFERRABLE_WORK(dwork, func) __INIT_WORK(&(dwork)->work, func)
#define destroy_work_on_stack(work) ((void)(work)->func)
#define to_delayed_work(w) container_of(w, struct delayed_work, work)
#define work_pending(w) ((w)->pending != 0)
#define delayed_work_pending(dwork) work_pending(&(dwork)->work)
#define current_work() (current->current_work)

/* The order of an ordered workqueue. Both in a block. */
static inline void __work_enqueue(struct workqueue_struct *wq, struct work_struct *work)
{
	work->delayed = 0;
	if (wq->ordered) {
		work->next = NULL;
		if (!wq->first) {
			wq->first = work;
		} else {
			struct work_struct *last = wq->first;

			while (last->next)
				last = last->next;
			last->next = work;
		}
	}
}

static inline void __work_dequeue(struct workqueue_struct *wq, struct work_struct *work)
{
	work->pending = 0;
	if (wq->ordered && !work->delayed) {
		if (wq->first == work) {
			wq->first = work->next;
		} else {
			struct work_struct *before = wq->first;

			while (before->next != work)
				before = before->next;
			before->next = work->next;
		}
		work->next = NULL;
	}
	work->delayed = 0;
}

/* kernel/workqueue.c:2272, with the PENDING bit of queue_work_on() */
static bool __queue_work(struct workqueue_struct *wq, struct work_struct *work, bool delayed)
{
	bool ret;

	atomic {
		ret = !work->pending && !work->disable;
		if (ret && !delayed && (wq->flags & (__WQ_DESTROYING | __WQ_DRAINING)) &&
		    current->current_wq != wq) {
			warn(WARN, wq, "workqueue: cannot queue on a workqueue that is drained or destroyed");
		} else if (ret) {
			work->pending = 1;
			work->wq = wq;
			if (delayed)
				work->delayed = 1;
			else
				__work_enqueue(wq, work);
		}
	}
	return ret;
}

/* :2417: false if it was pending already */
static bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
	return __queue_work(wq, work, false);
}

/* kernel/workqueue.c:2577 */
static bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
				  unsigned long delay)
{
	return __queue_work(wq, &dwork->work, delay != 0);
}

#define queue_work(wq, work) queue_work_on(WORK_CPU_UNBOUND, wq, work)
#define queue_work_node(node, wq, work) queue_work_on(WORK_CPU_UNBOUND, wq, work)
#define schedule_work(work) queue_work_on(WORK_CPU_UNBOUND, system_wq, work)
#define schedule_work_on(cpu, work) queue_work_on(cpu, system_wq, work)
#define queue_delayed_work(wq, dwork, delay) queue_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay)
#define schedule_delayed_work(dwork, delay) queue_delayed_work_on(WORK_CPU_UNBOUND, system_wq, dwork, delay)

/* kernel/workqueue.c:1116: the task that runs this item, or NULL; in a block */
static inline struct task_struct *find_worker_executing_work(struct work_struct *work)
{
	struct task_struct *t;
	struct task_struct *worker = NULL;

	for_each_instance(struct task_struct, t) {
		if (t->current_work == work && t->current_func == work->func) {
			if (worker)
				fail(WARN, work, "two workers run the same work item");
			worker = t;
		}
	}
	return worker;
}

/* May a worker take this pending item now? In a block. */
static inline int __work_may_start(struct work_struct *work)
{
	struct task_struct *t;
	struct workqueue_struct *wq = work->wq;
	int may = !find_worker_executing_work(work);

	if (wq->ordered) {
		if (work->delayed ? wq->first != NULL : wq->first != work)
			may = 0;
		for_each_instance(struct task_struct, t) {
			if (t->current_wq == wq)
				may = 0;
		}
	}
	return may;
}

/*
 * kernel/workqueue.c:3165. The caller has done what comes first, with pool->lock held: claim the item and
 * clear PENDING, the last write to *work. After func only the address of the item is used.
 */
static void process_one_work(struct work_struct *work, work_func_t func)
{
	struct task_struct *t;

	func(work);
	atomic {
		if (current->held || current->preempt_count || current->rcu_read_lock_nesting)
			warn(LOCK_MISUSE, NULL, "BUG: workqueue leaked atomic, lock or RCU");
		current->current_work = NULL;
		current->current_func = NULL;
		current->current_wq = NULL;
		current->wq_flushers = 0;
		for_each_instance(struct task_struct, t) {
			if (t->flushing == current)
				t->flushing = NULL;
		}
		__set_in_kernel(0);
		__rcu_section_end();
	}
}

/* kernel/workqueue.c:3373 */
static int worker_thread(void *unused)
{
	struct task_struct *t;
	struct work_struct *work;
	work_func_t func;

	for (;;) {
		atomic {
			work = pick_idle(struct work_struct, pending);
			wait_idle(__work_may_start(work));
			func = work->func;
			current->current_work = work;
			current->current_func = func;
			current->current_wq = work->wq;
			current->wq_flushers = work->wq_flushers;
			work->wq_flushers = 0;
			for_each_instance(struct task_struct, t) {
				if (t->flushing == work)
					t->flushing = current;
			}
			__work_dequeue(work->wq, work);
			__set_in_kernel(1);
		}
		process_one_work(work, func);
	}
	return 0;
}

DAEMON(kworker, NR_WORKERS, __queue_work) {
	worker_thread(NULL);
}
