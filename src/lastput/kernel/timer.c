/*
 * Timers: callbacks in softirq context, some time after they were armed.
 *
 * Models kernel/time/{timer,hrtimer}.c (6.12). A pending timer may expire at any time. Its callback runs in a
 * kernel thread with preemption off, so a grace period that starts meanwhile waits for it. What blocks:
 * timer_delete_sync() and hrtimer_cancel() while the callback runs (the kernel spins); from the callback itself
 * that is for ever. timer_delete() waits for nothing.
 *
 * Two CPUs run timers, and two run hrtimers. One timer never runs on both: while its callback runs it stays on
 * that CPU (kernel/time/timer.c:1131, kernel/time/hrtimer.c:262).
 *
 * Left out: time and the order of expiry.
 */

struct timer_list {
	int pending;
	void (*function)(struct timer_list *timer);
};

enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART,
};

struct hrtimer {
	int pending;
	enum hrtimer_restart (*function)(struct hrtimer *timer);
};

#define DEFINE_TIMER(name, callback) struct timer_list name = { .function = (callback) }
/* do_init_timer(), kernel/time/timer.c:836, with debug_timer_init() */
static inline void __timer_setup(struct timer_list *timer, void (*callback)(struct timer_list *timer))
{
	plain {
		if (timer->pending)
			fail(USE_AFTER_FREE, timer, "ODEBUG: init active object type: timer_list");
		timer->function = callback;
	}
}

#define timer_setup(timer, callback, flags) __timer_setup(timer, callback)
#define from_timer(var, timer, member) container_of(timer, typeof(*var), member)
#define timer_container_of(var, timer, member) container_of(timer, typeof(*var), member)
#define timer_pending(timer) ((timer)->pending != 0)

/* kernel/time/timer.c:1065: true if it was pending; a timer that was shut down stays so */
static int __mod_timer(struct timer_list *timer)
{
	int was;

	atomic {
		was = timer->pending;
		if (timer->function)
			timer->pending = 1;
	}
	return was;
}

#define mod_timer(timer, expires) __mod_timer(timer)
#define timer_reduce(timer, expires) __mod_timer(timer)
#define add_timer(timer) ((void)__mod_timer(timer))

/* kernel/time/timer.c:1407: true if it was pending */
static int __timer_delete(struct timer_list *timer, bool shutdown)
{
	int was;

	atomic {
		was = timer->pending;
		timer->pending = 0;
		if (shutdown)
			timer->function = NULL;
	}
	return was;
}

/* Does a softirq run this timer's callback? In a block. */
static inline int __timer_running(struct timer_list *timer)
{
	struct task_struct *t;
	int running = 0;

	for_each_instance(struct task_struct, t) {
		if (t->running_timer == timer)
			running = 1;
	}
	return running;
}

/* kernel/time/timer.c:1638 */
static int __timer_delete_sync(struct timer_list *timer, bool shutdown)
{
	int was;

	atomic {
		wait_until(!__timer_running(timer));
		was = timer->pending;
		timer->pending = 0;
		if (shutdown)
			timer->function = NULL;
	}
	return was;
}

/* kernel/time/timer.c:1451, :1721, :1472, :1763 */
#define timer_delete(timer) __timer_delete(timer, false)
#define timer_delete_sync(timer) __timer_delete_sync(timer, false)
#define timer_shutdown(timer) __timer_delete(timer, true)
#define timer_shutdown_sync(timer) __timer_delete_sync(timer, true)
#define del_timer(timer) timer_delete(timer)
#define del_timer_sync(timer) timer_delete_sync(timer)

/* kernel/time/timer.c:1769 */
static void call_timer_fn(struct timer_list *timer, void (*function)(struct timer_list *timer))
{
	function(timer);
	atomic {
		current->running_timer = NULL;
		__leave_context();
	}
}

DAEMON(softirq, 2, __mod_timer) {
	struct timer_list *timer;
	void (*function)(struct timer_list *timer);

	for (;;) {
		atomic {
			timer = pick_idle(struct timer_list, pending);
			wait_idle(!__timer_running(timer));
			timer->pending = 0;
			function = timer->function;
			current->running_timer = timer;
			__enter_context(1);
		}
		call_timer_fn(timer, function);
	}
}

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7
#define HRTIMER_MODE_ABS 0
#define HRTIMER_MODE_REL 1
#define HRTIMER_MODE_PINNED 2
#define HRTIMER_MODE_ABS_PINNED 2
#define HRTIMER_MODE_REL_PINNED 3
#define HRTIMER_MODE_SOFT 4
#define HRTIMER_MODE_ABS_SOFT 4
#define HRTIMER_MODE_REL_SOFT 5

/* kernel/time/hrtimer.c:1609, with debug_init() */
static inline void hrtimer_init(struct hrtimer *timer, ...)
{
	plain {
		if (timer->pending)
			fail(USE_AFTER_FREE, timer, "ODEBUG: init active object type: hrtimer");
	}
}

#define hrtimer_setup(timer, callback, clock, mode) (hrtimer_init(timer), (timer)->function = (callback))
#define hrtimer_active(timer) ((timer)->pending != 0)

/* kernel/time/hrtimer.c:1324 */
static void __hrtimer_start(struct hrtimer *timer)
{
	atomic { timer->pending = 1; }
}

#define hrtimer_start(timer, time, mode) __hrtimer_start(timer)
#define hrtimer_start_range_ns(timer, time, delta, mode) __hrtimer_start(timer)

/* Does an interrupt run this timer's callback? In a block. */
static inline int __hrtimer_running(struct hrtimer *timer)
{
	struct task_struct *t;
	int running = 0;

	for_each_instance(struct task_struct, t) {
		if (t->running_hrtimer == timer)
			running = 1;
	}
	return running;
}

/* kernel/time/hrtimer.c:1362: -1 while the callback runs, else whether it was pending */
static int hrtimer_try_to_cancel(struct hrtimer *timer)
{
	int ret;

	atomic {
		ret = __hrtimer_running(timer) ? -1 : timer->pending;
		if (ret >= 0)
			timer->pending = 0;
	}
	return ret;
}

/* kernel/time/hrtimer.c:1501 */
static int hrtimer_cancel(struct hrtimer *timer)
{
	int was;

	atomic {
		wait_until(!__hrtimer_running(timer));
		was = timer->pending;
		timer->pending = 0;
	}
	return was;
}

/* kernel/time/hrtimer.c:1710 */
static void __run_hrtimer(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *timer))
{
	enum hrtimer_restart restart = function(timer);

	atomic {
		if (restart == HRTIMER_RESTART)
			timer->pending = 1;
		current->running_hrtimer = NULL;
		__leave_context();
	}
}

DAEMON(hrtimer, 2, __hrtimer_start) {
	struct hrtimer *timer;
	enum hrtimer_restart (*function)(struct hrtimer *timer);

	for (;;) {
		atomic {
			timer = pick_idle(struct hrtimer, pending);
			wait_idle(!__hrtimer_running(timer));
			timer->pending = 0;
			function = timer->function;
			current->running_hrtimer = timer;
			__enter_context(2);
		}
		__run_hrtimer(timer, function);
	}
}
