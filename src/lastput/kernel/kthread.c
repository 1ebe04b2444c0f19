/*
 * Kernel threads.
 *
 * Models kernel/kthread.c and the end of a task in kernel/exit.c (6.12). All of them run kthread(), so
 * KTHREADS(kthread, n) says how many there may be (default 1). What blocks: a new thread until
 * wake_up_process() or kthread_stop(); kthread_stop() until the thread has exited.
 *
 * A task_struct is gone when the thread has exited, nobody holds get_task_struct(), and every reader of RCU
 * that was one at its exit has left: then kthread_stop() and wake_up_process() are use-after-free.
 *
 * Left out: parking, CPU affinity, failure to create a thread, and that the creator waits for kthreadd.
 */

/* delayed_put_task_struct(), kernel/exit.c:225: is this task_struct freed? In a block. */
static inline int __task_gone(struct task_struct *task)
{
	return !task->usage && !__rcu_gp_blocked(task->exit_gp);
}

/* put_task_struct_rcu_user(), kernel/exit.c:236: readers of now still see the running task; in a block */
static inline void __put_task_struct_rcu_user(void)
{
	struct task_struct *t;
	int readers = 0;

	current->usage--;
	for_each_instance(struct task_struct, t) {
		if (t != current && (t->preempt_count || t->rcu_read_lock_nesting || t->in_kernel))
			readers = 1;
	}
	if (readers)
		current->exit_gp = __rcu_gp_start();
}

/* include/linux/sched/task.h:118 */
static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	atomic {
		if (__task_gone(task))
			fail(USE_AFTER_FREE, task, "get_task_struct() of a task that is gone");
		task->usage++;
	}
	return task;
}

/* include/linux/sched/task.h:132 */
static inline void put_task_struct(struct task_struct *task)
{
	atomic {
		if (!task->usage)
			fail(REFCOUNT_UNDERFLOW, task, "put_task_struct() of a task that is gone");
		task->usage--;
	}
}

/* kernel/exit.c:883 */
static void do_exit(long code)
{
	atomic {
		if (current->held || current->preempt_count || current->rcu_read_lock_nesting)
			warn(LOCK_MISUSE, NULL, "WARNING: lock held at task exit time");
		current->exited = 1;
		current->in_kernel = 0;
		__put_task_struct_rcu_user();
		__rcu_section_end();
	}
	exit_thread();
}

/* kernel/kthread.c:312: does not return */
static void kthread_exit(long result)
{
	plain { current->result = result; }
	do_exit(0);
}

/* kernel/kthread.c:332: does not return */
static void kthread_complete_and_exit(struct completion *comp, long code)
{
	if (comp)
		complete(comp);
	kthread_exit(code);
}

/* kernel/kthread.c:341 */
static int kthread(void *unused)
{
	int ret = -EINTR;
	int stop;
	int (*threadfn)(void *data);
	void *data;

	SLEEP_IDLE(atomic, current->woken, stop = current->should_stop; threadfn = current->threadfn;
		   data = current->data; __set_in_kernel(1));
	if (!stop)
		ret = threadfn(data);
	kthread_exit(ret);
	return 0;
}

/* kernel/kthread.c:504 */
static struct task_struct *kthread_create(int (*threadfn)(void *data), void *data, ...)
{
	struct task_struct *task;

	SLEEP_UNTIL(atomic, 1, task = spawn(kthread, NULL); task->threadfn = threadfn; task->data = data;
		    task->usage = 1);
	return task;
}

/* include/linux/kthread.h:51 */
#define kthread_run(threadfn, data, ...) ({						\
	struct task_struct *__k = kthread_create(threadfn, data);			\
	wake_up_process(__k);								\
	__k;										\
})

/* kernel/kthread.c:156 */
static bool kthread_should_stop(void)
{
	return current->should_stop;
}

/* kernel/kthread.c:699: what the thread function returned, or -EINTR if it never ran */
static int kthread_stop(struct task_struct *k)
{
	int ret;

	atomic {
		if (__task_gone(k))
			fail(USE_AFTER_FREE, k, "kthread_stop() of a task that is gone");
		k->usage++;
		k->should_stop = 1;
		k->__state = TASK_RUNNING;
		k->woken = 1;
	}
	SLEEP_UNTIL(atomic, k->exited, ret = k->result; k->usage--);
	return ret;
}

/* kernel/kthread.c:729 */
static int kthread_stop_put(struct task_struct *k)
{
	int ret = kthread_stop(k);

	put_task_struct(k);
	return ret;
}

/* kernel/module/main.c:176: built-in text that does not return to its caller */
static void __module_put_and_kthread_exit(struct module *mod, long code)
{
	module_put(mod);
	kthread_exit(code);
}

#define module_put_and_kthread_exit(code) __module_put_and_kthread_exit(THIS_MODULE, code)
