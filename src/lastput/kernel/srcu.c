/*
 * Sleepable RCU.
 *
 * Models kernel/rcu/srcutree.c (6.12): readers count themselves under the current one of two indices. What
 * blocks: synchronize_srcu() until all readers of the old index are gone, one grace period at a time;
 * srcu_barrier() until every callback of the domain that was pending at its start has returned. A callback runs
 * after a grace period of its own that began after call_srcu(), in any order, with softirqs off.
 *
 * Left out: the second flip (needed there because reading the index and counting are two steps, here they
 * are one).
 */

struct srcu_struct {
	int idx;
	int readers[2];
	int busy;
	int callback;			/* one of this domain is being waited for, or runs */
};

#define DEFINE_SRCU(name) struct srcu_struct name
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name

/* Is a callback of this domain left that srcu_barrier() waits for? In a block. */
static inline int __srcu_pending(struct srcu_struct *ssp)
{
	struct rcu_head *head;
	int pending = 0;

	for_each_instance(struct rcu_head, head) {
		if (head->srcu == ssp)
			pending = 1;
	}
	return pending;
}

/* kernel/rcu/srcutree.c:309 */
static int init_srcu_struct(struct srcu_struct *ssp)
{
	plain {
		ssp->idx = 0;
		ssp->busy = 0;
	}
	return 0;
}

/* kernel/rcu/srcutree.c:649: leaks what is still used */
static void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	might_sleep();
	plain {
		if (ssp->readers[0] || ssp->readers[1])
			warn(WARN, ssp, "cleanup_srcu_struct(): readers are left");
		if (ssp->callback || __srcu_pending(ssp))
			warn(WARN, ssp, "cleanup_srcu_struct(): forgot srcu_barrier()");
	}
}

/* kernel/rcu/srcutree.c:718 */
static int srcu_read_lock(struct srcu_struct *ssp)
{
	int idx;

	atomic {
		idx = ssp->idx;
		ssp->readers[idx]++;
	}
	return idx;
}

/* kernel/rcu/srcutree.c:734 */
static void srcu_read_unlock(struct srcu_struct *ssp, int idx)
{
	atomic {
		if (ssp->readers[idx] > 0)
			ssp->readers[idx]--;
		else
			warn(LOCK_MISUSE, ssp, "srcu_read_unlock() without a reader");
	}
}

/* kernel/rcu/srcutree.c:1477 */
static void synchronize_srcu(struct srcu_struct *ssp)
{
	int old;

	SLEEP_UNTIL(acquire, !ssp->busy, ssp->busy = 1; old = ssp->idx; ssp->idx = 1 - old);
	SLEEP_UNTIL(release, !ssp->readers[old], ssp->busy = 0);
}

#define synchronize_srcu_expedited(ssp) synchronize_srcu(ssp)
#define srcu_down_read(ssp) srcu_read_lock(ssp)
#define srcu_up_read(ssp, idx) srcu_read_unlock(ssp, idx)
#define srcu_read_lock_nmisafe(ssp) srcu_read_lock(ssp)
#define srcu_read_unlock_nmisafe(ssp, idx) srcu_read_unlock(ssp, idx)
#define srcu_dereference(p, ssp) (p)
#define srcu_dereference_check(p, ssp, cond) (p)
#define srcu_read_lock_held(ssp) 1

/* kernel/rcu/srcutree.c:1372 */
static void call_srcu(struct srcu_struct *ssp, struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	atomic {
		if (head->srcu)
			warn(DOUBLE_FREE, head, "call_srcu(): the callback is already pending");
		head->func = func;
		head->srcu = ssp;
	}
}

/* kernel/rcu/srcutree.c:1724: one callback */
static void srcu_invoke_callbacks(struct srcu_struct *ssp, struct rcu_head *head)
{
	void (*func)(struct rcu_head *head);
	int old;

	atomic {
		wait_until(!ssp->busy);
		ssp->busy = 1;
		old = ssp->idx;
		ssp->idx = 1 - old;
	}
	atomic {
		wait_until(!ssp->readers[old]);
		ssp->busy = 0;
		ssp->callback = 1;
		func = head->func;
		head->srcu = NULL;
		__enter_context(1);
	}
	func(head);
	atomic {
		ssp->callback = 0;
		__leave_context();
	}
}

DAEMON(srcu_callbacks, 1, call_srcu) {
	struct srcu_struct *ssp;
	struct rcu_head *head;

	for (;;) {
		atomic {
			head = pick_idle(struct rcu_head, srcu);
			ssp = head->srcu;
		}
		srcu_invoke_callbacks(ssp, head);
	}
}

/* kernel/rcu/srcutree.c:1599; waits for callbacks that are queued meanwhile, too */
static void srcu_barrier(struct srcu_struct *ssp)
{
	SLEEP_UNTIL(atomic, !__srcu_pending(ssp) && !ssp->callback);
}

/* kernel/rcu/srcutree.c:1496, :1515, :1546 */
#define get_state_synchronize_srcu(ssp) ((ssp)->idx)
#define start_poll_synchronize_srcu(ssp) ((ssp)->idx)

/* A grace period is over at any time once no reader is left. */
static bool poll_state_synchronize_srcu(struct srcu_struct *ssp, unsigned long cookie)
{
	bool over;

	plain { over = !ssp->readers[0] && !ssp->readers[1]; }
	return over;
}
