/*
 * Tasks, sleeping, preemption, and what a grace period of RCU waits for.
 *
 * Models include/linux/{sched,preempt,rcupdate}.h and kernel/sched/core.c (6.12). Every interleaving of
 * tasks is tried, on as many CPUs as there are tasks; preemption decides only whom synchronize_rcu() waits
 * for. A task holds up a grace period (rcu_flavor_sched_clock_irq(), kernel/rcu/tree_plugin.h:811 and :1069)
 *   - in rcu_read_lock() or with preemption, softirqs or interrupts off, always;
 *   - with preempt=voluntary|none also from its entry into the kernel (or its last sleep) until it sleeps,
 *     calls cond_resched() or goes back to user mode: ->in_kernel.
 * Sleeping operations are written with SLEEP_UNTIL, which checks that sleeping is allowed and does that
 * accounting. With preempt=full it is one step.
 *
 * Left out: priorities, signals (an interruptible wait is not interrupted), time.
 */

typedef void (*work_func_t)(struct work_struct *work);

struct task_struct {
	/* set by the compiler */
	const char *comm;
	int kthread;
	/* this file */
	int preempt_count;
	int rcu_read_lock_nesting;
	int rcu_blocks;			/* grace periods (bits) that wait for this task */
	int in_kernel;
	int context;			/* 0: process, 1: softirq, 2: hard interrupt */
	int bh_off;			/* softirqs off on this CPU, how often */
	int irqs_off;
	int held;			/* sleeping locks held */
	int __state;
	struct wait_queue_head *waiting_on;
	/* task_work.h */
	struct callback_head *task_works;
	/* workqueue.c */
	void *flushing;			/* the work item, then the worker, that __flush_work() waits for */
	int wq_flushers;
	struct work_struct *current_work;
	work_func_t current_func;
	struct workqueue_struct *current_wq;
	/* kthread.c */
	int (*threadfn)(void *data);
	void *data;
	int usage;
	int woken;
	int should_stop;
	int exited;
	int exit_gp;			/* grace periods (bits) before which the task_struct is not freed */
	int result;
	/* rcu.c, timer.c */
	int rcu_callback;
	int rcu_barriers;
	struct timer_list *running_timer;
	struct hrtimer *running_hrtimer;
	/* mm.c */
	struct mm_struct *mm;
};

#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_KILLABLE 2
#define TASK_IDLE 1
#define TASK_NORMAL 3
#define MAX_SCHEDULE_TIMEOUT INT_MAX
#define PF_KTHREAD 0x00200000

/* A reader section may have ended: nobody waits for this task any more. In a block. */
static inline void __rcu_section_end(void)
{
	if (!current->rcu_read_lock_nesting && !current->preempt_count && !current->in_kernel)
		current->rcu_blocks = 0;
}

/* kernel/sched/core.c:8685; in a block */
static inline void __might_resched(void)
{
	if (current->preempt_count || current->rcu_read_lock_nesting)
		warn(SLEEP_IN_ATOMIC, NULL, "BUG: sleeping function called from invalid context");
}

#ifdef CONFIG_PREEMPTION
#define __set_in_kernel(value) ((void)0)
#define __SLEEP(kind, wait, cond, ...)						\
	do {									\
		kind {								\
			__might_resched();					\
			wait(cond);						\
			__VA_ARGS__;						\
		}								\
	} while (0)
#else
#define __set_in_kernel(value) (current->in_kernel = (value))
/* Going to sleep is a step of its own, because it ends what a grace period waits for. */
#define __SLEEP(kind, wait, cond, ...)						\
	do {									\
		int __got, __was;						\
		kind {								\
			__might_resched();					\
			__was = current->in_kernel;				\
			__got = !!(cond);					\
			if (__got) {						\
				__VA_ARGS__;					\
			} else {						\
				current->in_kernel = 0;				\
				__rcu_section_end();				\
			}							\
		}								\
		if (!__got) kind {						\
			wait(cond);						\
			current->in_kernel = __was;				\
			__VA_ARGS__;						\
		}								\
	} while (0)
#endif

/* Wait until cond holds and do the rest in the same step; kind is atomic, acquire or release. */
#define SLEEP_UNTIL(kind, cond, ...) __SLEEP(kind, wait_until, cond, __VA_ARGS__)
/* The same where waiting for ever is a legitimate rest. */
#define SLEEP_IDLE(kind, cond, ...) __SLEEP(kind, wait_idle, cond, __VA_ARGS__)

/* A quiescent state without waiting: the scheduler may have run. */
static void __rcu_quiescent(void)
{
#ifndef CONFIG_PREEMPTION
	atomic {
		if (!current->rcu_read_lock_nesting && !current->preempt_count)
			current->rcu_blocks = 0;
	}
#endif
}

/* kernel/sched/core.c:7287, include/linux/sched.h:2077: a preemption point of non-preemptible kernels */
static int cond_resched(void)
{
	plain { __might_resched(); }
	__rcu_quiescent();
	return 0;
}

/* include/linux/kernel.h:105, kernel/sched/core.c:8646; with preempt=voluntary also a preemption point */
static void might_sleep(void)
{
	plain { __might_resched(); }
#ifdef CONFIG_PREEMPT_VOLUNTARY
	__rcu_quiescent();
#endif
}

#define might_sleep_if(cond) do { if (cond) might_sleep(); } while (0)

/* include/linux/preempt.h:213 */
static inline void preempt_disable(void)
{
	atomic { current->preempt_count++; }
}

/* include/linux/preempt.h:230 */
static inline void preempt_enable(void)
{
	atomic {
		current->preempt_count--;
		__rcu_section_end();
	}
}

/* Which contexts may not come in the middle of this task on its CPU: up to this one. In a block. */
#define __shield() (current->irqs_off || current->context == 2 ? 2 : current->bh_off || current->context ? 1 : 0)

/* __local_bh_disable_ip() and __local_bh_enable_ip(), kernel/softirq.c:328 and :384, include/linux/irqflags.h:200 */
#define local_bh_disable() do { preempt_disable(); current->bh_off++; } while (0)
#define local_bh_enable() do { current->bh_off--; preempt_enable(); } while (0)
#define local_irq_disable() do { preempt_disable(); current->irqs_off++; } while (0)
#define local_irq_enable() do { current->irqs_off--; preempt_enable(); } while (0)
#define local_irq_save(flags) do { (flags) = 0; local_irq_disable(); } while (0)
#define local_irq_restore(flags) local_irq_enable()

/* A callback in softirq (1) or hard interrupt (2) context begins and ends. Both in a block. */
static inline void __enter_context(int context)
{
	current->context = context;
	current->preempt_count++;
}

static inline void __leave_context(void)
{
	current->context = 0;
	current->preempt_count--;
	__rcu_section_end();
}
#define get_cpu() ({ preempt_disable(); 0; })
#define put_cpu() preempt_enable()
#define preempt_count() (current->preempt_count)
#define in_atomic() (current->preempt_count != 0)
#define in_interrupt() (current->context || current->bh_off)
#define in_task() (!current->context)
