/*
 * Sleepable RCU.
 *
 * Models kernel/rcu/srcutree.c (6.12): readers count themselves under the current one of two indices. What
 * blocks: synchronize_srcu() until all readers of the old index are gone; one such call at a time.
 *
 * Left out: the second flip (needed there because reading the index and counting are two steps, here they
 * are one); callbacks (call_srcu()).
 */

struct srcu_struct {
	int idx;
	int readers[2];
	int busy;
};

#define DEFINE_SRCU(name) struct srcu_struct name
#define DEFINE_STATIC_SRCU(name) static struct srcu_struct name

/* kernel/rcu/srcutree.c:309 */
static int init_srcu_struct(struct srcu_struct *ssp)
{
	plain {
		ssp->idx = 0;
		ssp->busy = 0;
	}
	return 0;
}

/* kernel/rcu/srcutree.c:649 */
static void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	plain {
		if (ssp->readers[0] || ssp->readers[1])
			warn(WARN, ssp, "cleanup_srcu_struct(): readers are left");
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
#define srcu_dereference(p, ssp) (p)
#define srcu_dereference_check(p, ssp, cond) (p)
#define srcu_read_lock_held(ssp) 1
