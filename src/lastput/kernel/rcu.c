/*
 * RCU: readers, grace periods and callbacks.
 *
 * Models kernel/rcu/{tree,update}.c and tree_plugin.h (6.12). What blocks: synchronize_rcu() until every task
 * that held up a grace period at its start (see sched.h) has left its section once; rcu_barrier() until
 * every callback that was pending at its start has returned. Each grace period is a bit that is set in the
 * tasks it waits for. Callbacks run one after the other in a kernel thread, each after a grace period of its
 * own that began after call_rcu(), in any order (they sit on per-CPU lists), with softirqs off.
 *
 * Left out: sharing of grace periods between callers; expedited ones are the same; Tasks RCU; that
 * kfree_rcu() batches, and that rcu_barrier() does not wait for those batches.
 */

struct rcu_head {
	int pending;
	int barriers;
	void *object;
	void (*func)(struct rcu_head *head);
	struct srcu_struct *srcu;	/* srcu.c: the domain for which it is pending */
};

static int rcu_gps;		/* running grace periods, as bits */
static int rcu_barriers;	/* running rcu_barrier() calls, as bits */

#define rcu_dereference(p) (p)
#define rcu_dereference_check(p, cond) (p)
#define rcu_dereference_protected(p, cond) (p)
#define rcu_dereference_raw(p) (p)
#define rcu_access_pointer(p) (p)
#define rcu_assign_pointer(p, value) ((p) = (value))
#define RCU_INIT_POINTER(p, value) ((p) = (value))
#define rcu_replace_pointer(p, value, cond) ({ typeof(p) __old = (p); (p) = (value); __old; })
#define rcu_read_lock_held() (current->rcu_read_lock_nesting != 0)

/* kernel/rcu/tree_plugin.h:411 */
static inline void rcu_read_lock(void)
{
	atomic { current->rcu_read_lock_nesting++; }
}

/* kernel/rcu/tree_plugin.h:429 */
static inline void rcu_read_unlock(void)
{
	atomic {
		if (current->rcu_read_lock_nesting > 0)
			current->rcu_read_lock_nesting--;
		else
			warn(LOCK_MISUSE, NULL, "rcu_read_unlock() outside of a reader");
		__rcu_section_end();
	}
}

#define rcu_read_lock_bh() preempt_disable()
#define rcu_read_unlock_bh() preempt_enable()
#define rcu_read_lock_sched() preempt_disable()
#define rcu_read_unlock_sched() preempt_enable()

/* rcu_gp_init(), kernel/rcu/tree.c:1800: gives the bit of a new grace period; in a block */
static inline int __rcu_gp_start(void)
{
	struct task_struct *t;
	int gp = ~rcu_gps & (rcu_gps + 1);

	rcu_gps |= gp;
	for_each_instance(struct task_struct, t) {
		if (t->preempt_count || t->rcu_read_lock_nesting || (t->in_kernel && t != current))
			t->rcu_blocks |= gp;
	}
	return gp;
}

/* Does some task still hold up this grace period? In a block. */
static inline int __rcu_gp_blocked(int gp)
{
	struct task_struct *t;
	int blocked = 0;

	for_each_instance(struct task_struct, t) {
		if (t->rcu_blocks & gp)
			blocked = 1;
	}
	return blocked;
}

/* kernel/rcu/tree.c:4108 */
static void synchronize_rcu(void)
{
	int gp;

	atomic {
		__might_resched();
		gp = __rcu_gp_start();
	}
	SLEEP_UNTIL(atomic, !__rcu_gp_blocked(gp), rcu_gps &= ~gp);
}

#define synchronize_rcu_expedited() synchronize_rcu()
#define synchronize_net() synchronize_rcu()

/* kernel/rcu/tree.c:3200 */
static void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	atomic {
		if (head->pending)
			warn(DOUBLE_FREE, head, "call_rcu(): the callback is already pending");
		head->func = func;
		head->pending = 1;
	}
}

#define call_rcu_hurry(head, func) call_rcu(head, func)

static void __kfree_rcu_callback(struct rcu_head *head)
{
	kfree(head->object);
}

/* kernel/rcu/tree.c:3808 */
static void kvfree_call_rcu(struct rcu_head *head, void *object)
{
	plain { head->object = object; }
	call_rcu(head, __kfree_rcu_callback);
}

#define kfree_rcu(ptr, member) kvfree_call_rcu(&(ptr)->member, ptr)
#define kvfree_rcu(ptr, member) kvfree_call_rcu(&(ptr)->member, ptr)
#define kfree_rcu_mightsleep(ptr) do { synchronize_rcu(); kfree(ptr); } while (0)

/* kernel/rcu/tree.c:2498: one callback, in softirq context */
static void rcu_do_batch(struct rcu_head *head, int gp)
{
	void (*func)(struct rcu_head *head);

	atomic {
		wait_until(!__rcu_gp_blocked(gp));
		rcu_gps &= ~gp;
		func = head->func;
		current->rcu_callback = 1;
		current->rcu_barriers = head->barriers;
		head->barriers = 0;
		head->pending = 0;
		head->waits = 0;
		__enter_context(1);
	}
	func(head);
	atomic {
		current->rcu_callback = 0;
		current->rcu_barriers = 0;
		__leave_context();
	}
}

DAEMON(rcu, 2, call_rcu) {
	struct rcu_head *head;
	int gp;

	for (;;) {
		atomic {
			head = pick_idle(struct rcu_head, pending);
			wait_idle(!head->waits);
			head->waits = 1;
			gp = __rcu_gp_start();
		}
		rcu_do_batch(head, gp);
	}
}

/* Is a callback left that this rcu_barrier() waits for? In a block. */
static inline int __rcu_barrier_blocked(int barrier)
{
	struct rcu_head *head;
	struct task_struct *t;
	int blocked = 0;

	for_each_instance(struct rcu_head, head) {
		if (head->barriers & barrier)
			blocked = 1;
	}
	for_each_instance(struct task_struct, t) {
		if (t->rcu_barriers & barrier)
			blocked = 1;
	}
	return blocked;
}

/* kernel/rcu/tree.c:4578 */
static void rcu_barrier(void)
{
	struct rcu_head *head;
	struct task_struct *t;
	int barrier;

	atomic {
		__might_resched();
		barrier = ~rcu_barriers & (rcu_barriers + 1);
		rcu_barriers |= barrier;
		for_each_instance(struct rcu_head, head) {
			if (head->pending)
				head->barriers |= barrier;
		}
		for_each_instance(struct task_struct, t) {
			if (t->rcu_callback)
				t->rcu_barriers |= barrier;
		}
	}
	SLEEP_UNTIL(atomic, !__rcu_barrier_blocked(barrier), rcu_barriers &= ~barrier);
}
