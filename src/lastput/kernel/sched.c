/*
 * Going to sleep and being woken by hand, and the way into the kernel and back.
 *
 * Models kernel/sched/core.c, kernel/time/timer.c, kernel/entry/common.c (6.12).
 * What blocks: schedule() in TASK_UNINTERRUPTIBLE until wake_up_process(). A kthread that sleeps in
 * TASK_INTERRUPTIBLE or TASK_IDLE may do so for ever; the hung-task detector ignores it too. A user task
 * that nobody wakes is stuck in either state.
 *
 * Left out: timeouts end by themselves, so schedule_timeout() and msleep() do not wait at all.
 */

#define set_current_state(state) (current->__state = (state))
#define __set_current_state(state) (current->__state = (state))

/* kernel/sched/core.c:6832 */
static void schedule(void)
{
	if (current->kthread && current->__state == TASK_INTERRUPTIBLE)
		SLEEP_IDLE(atomic, current->__state == TASK_RUNNING);
	else
		SLEEP_UNTIL(atomic, current->__state == TASK_RUNNING);
}

/* kernel/time/timer.c:2578: any time may pass, or none */
static long schedule_timeout(long timeout)
{
	if (timeout == MAX_SCHEDULE_TIMEOUT) {
		schedule();
		return timeout;
	}
	SLEEP_UNTIL(atomic, 1, current->__state = TASK_RUNNING);
	return 0;
}

#define schedule_timeout_interruptible(timeout) schedule_timeout(timeout)
#define schedule_timeout_uninterruptible(timeout) schedule_timeout(timeout)
#define msleep(ms) schedule_timeout(0)
#define ssleep(s) schedule_timeout(0)
#define usleep_range(low, high) schedule_timeout(0)
#define udelay(us) ((void)0)
#define mdelay(ms) ((void)0)
#define ndelay(ns) ((void)0)
#define yield() cond_resched()

/* kernel/sched/core.c:4438: also starts a new kthread; true if the task was asleep */
static int wake_up_process(struct task_struct *p)
{
	int slept;

	atomic {
		if (p->kthread && __task_gone(p))
			fail(USE_AFTER_FREE, p, "wake_up_process() of a task that is gone");
		slept = p->__state != TASK_RUNNING || !p->woken;
		p->__state = TASK_RUNNING;
		p->woken = 1;
	}
	return slept;
}

/*
 * A system call begins and ends. The wrappers of syscalls.h do this; a THREAD that calls kernel functions
 * directly is in user mode as far as RCU knows.
 */
static inline void enter_kernel(void)
{
#ifndef CONFIG_PREEMPTION
	atomic { current->in_kernel = 1; }
#endif
}

/* syscall_exit_to_user_mode(), kernel/entry/common.c:218: task works first, then user mode, which is a quiescent state */
static void return_to_user(void)
{
	task_work_run();
	plain {
		if (current->held)
			warn(LOCK_MISUSE, NULL, "WARNING: lock held when returning to user space!");
		if (current->preempt_count || current->rcu_read_lock_nesting)
			warn(SLEEP_IN_ATOMIC, NULL, "BUG: scheduling while atomic: returning to user space");
	}
#ifndef CONFIG_PREEMPTION
	atomic {
		current->in_kernel = 0;
		__rcu_section_end();
	}
#endif
}

/* A system call of your own: int err = SYSCALL(my_ioctl(obj)); */
#define SYSCALL(call) ({			\
	enter_kernel();				\
	typeof(call) __ret = (call);		\
	return_to_user();			\
	__ret;					\
})
