/*
 * Work items with a kernel thread of their own.
 *
 * Models kernel/kthread.c (6.12). A worker is a kernel thread (see KTHREADS in kthread.c) that runs its items one after
 * the other, first in, first out. What blocks: kthread_flush_work() and kthread_cancel_work_sync() while the
 * item runs, kthread_flush_worker() until the worker is idle, kthread_destroy_worker() until then and for the thread's
 * end. From an item itself that is for ever.
 *
 * Left out: failure to create a worker (but with CONFIG_FAIL_FUNCTION); kthread_flush_work() waits for an item that
 * queues itself again as often as it does.
 */

struct kthread_work {
	int queued;
	int canceling;
	struct kthread_work *next;
	void (*func)(struct kthread_work *work);
	struct kthread_worker *worker;
};

struct kthread_delayed_work {
	struct kthread_work work;
	struct timer_list timer;
};

struct kthread_worker {
	struct task_struct *task;
	struct kthread_work *first;
	struct kthread_work *current_work;
};

typedef void (*kthread_work_func_t)(struct kthread_work *work);

#define DEFINE_KTHREAD_WORK(name, function) struct kthread_work name = { .func = (function) }
#define kthread_init_worker(worker) do { (worker)->first = NULL; (worker)->current_work = NULL; } while (0)
#define kthread_init_work(work, function) \
	do { (work)->queued = 0; (work)->canceling = 0; (work)->func = (function); } while (0)
#define kthread_init_delayed_work(dwork, function) do {					\
	kthread_init_work(&(dwork)->work, function);					\
	timer_setup(&(dwork)->timer, kthread_delayed_work_timer_fn, 0);			\
} while (0)

/* kthread_insert_work(), kernel/kthread.c:998, at the end of the list; in a block */
static inline void __kthread_append(struct kthread_worker *worker, struct kthread_work *work)
{
	struct kthread_work **link = &worker->first;

	while (*link)
		link = &(*link)->next;
	work->next = NULL;
	*link = work;
}

/* kernel/kthread.c:1024: false if it was queued already */
static bool kthread_queue_work(struct kthread_worker *worker, struct kthread_work *work)
{
	bool ret;

	atomic {
		ret = !work->queued && !work->canceling;
		if (ret) {
			work->queued = 1;
			work->worker = worker;
			__kthread_append(worker, work);
		}
	}
	return ret;
}

/* kernel/kthread.c:1048 */
static void kthread_delayed_work_timer_fn(struct timer_list *t)
{
	struct kthread_delayed_work *dwork = container_of(t, struct kthread_delayed_work, timer);

	kthread_queue_work(dwork->work.worker, &dwork->work);
}

/* kernel/kthread.c:1120 */
static bool kthread_queue_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork,
				       unsigned long delay)
{
	if (!delay)
		return kthread_queue_work(worker, &dwork->work);
	if (dwork->work.queued || dwork->work.canceling)
		return false;
	dwork->work.worker = worker;
	return !mod_timer(&dwork->timer, delay);
}

/* Takes a queued item off the list; in a block. */
static inline bool __kthread_remove(struct kthread_work *work)
{
	struct kthread_work **link;
	bool queued = work->queued;

	if (queued) {
		link = &work->worker->first;
		while (*link != work)
			link = &(*link)->next;
		*link = work->next;
		work->queued = 0;
	}
	return queued;
}

/* kernel/kthread.c:1158 */
static void kthread_flush_work(struct kthread_work *work)
{
	struct kthread_worker *worker = work->worker;

	if (worker)
		SLEEP_UNTIL(atomic, !work->queued && worker->current_work != work);
}

/* kernel/kthread.c:1314; nobody can queue it meanwhile */
static bool kthread_cancel_work_sync(struct kthread_work *work)
{
	struct kthread_worker *worker = work->worker;
	bool ret;

	if (!worker)
		return false;
	atomic {
		ret = __kthread_remove(work);
		work->canceling++;
	}
	SLEEP_UNTIL(atomic, worker->current_work != work, work->canceling--);
	return ret;
}

/* kernel/kthread.c:1382 */
static bool kthread_cancel_delayed_work_sync(struct kthread_delayed_work *dwork)
{
	int pending;

	atomic { dwork->work.canceling++; }
	pending = timer_delete_sync(&dwork->timer);
	atomic { dwork->work.canceling--; }
	return kthread_cancel_work_sync(&dwork->work) || pending;
}

/* kernel/kthread.c:1267: true if it was pending */
static bool kthread_mod_delayed_work(struct kthread_worker *worker, struct kthread_delayed_work *dwork,
				     unsigned long delay)
{
	bool ret;

	atomic { ret = __kthread_remove(&dwork->work); }
	return !kthread_queue_delayed_work(worker, dwork, delay) || ret;
}

/* kernel/kthread.c:1395 */
static void kthread_flush_worker(struct kthread_worker *worker)
{
	SLEEP_UNTIL(atomic, !worker->first && !worker->current_work);
}

/* kernel/kthread.c:804 */
static int kthread_worker_fn(void *worker_ptr)
{
	struct kthread_worker *worker = worker_ptr;
	struct kthread_work *work;
	kthread_work_func_t func;

	for (;;) {
		SLEEP_IDLE(atomic, current->should_stop || worker->first,
			   work = current->should_stop ? NULL : worker->first;
			   if (work) { __kthread_remove(work); worker->current_work = work; func = work->func; });
		if (!work)
			break;
		func(work);
		atomic { worker->current_work = NULL; }
	}
	return 0;
}

/* kernel/kthread.c:868 */
static struct kthread_worker *__kthread_create_worker(void)
{
	struct kthread_worker *worker;

	if (__request_fails())
		return ERR_PTR(-ENOMEM);
	worker = kzalloc(sizeof(*worker), GFP_KERNEL);
	if (!worker)
		return ERR_PTR(-ENOMEM);
	worker->task = kthread_create(kthread_worker_fn, worker);
	wake_up_process(worker->task);
	return worker;
}

#define kthread_create_worker(flags, name, ...) __kthread_create_worker()
#define kthread_create_worker_on_cpu(cpu, flags, name, ...) __kthread_create_worker()
#define kthread_run_worker(flags, name, ...) __kthread_create_worker()

/* kernel/kthread.c:1419: a delayed item whose timer runs is a WARN */
static void kthread_destroy_worker(struct kthread_worker *worker)
{
	struct task_struct *task = worker->task;

	kthread_flush_worker(worker);
	kthread_stop(task);
	plain {
		if (worker->first)
			warn(WARN, worker, "kthread_destroy_worker(): an item was queued meanwhile");
	}
	kfree(worker);
}
