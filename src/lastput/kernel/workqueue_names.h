/*
 * Workqueues: the system's own, old names and new ones.
 *
 * Models include/linux/workqueue.h (6.12, and what 7.3 calls them). The per-CPU ones are one workqueue here, the unbound
 * ones another. Nothing blocks.
 *
 * Left out: BH workqueues run in softirq context there; here they are like the others.
 */

/* kernel/workqueue.c:7788, workqueue_init_early() */
#define system_wq (&__system_wq)
#define system_percpu_wq (&__system_wq)
#define system_highpri_wq (&__system_wq)
#define system_long_wq (&__system_wq)
#define system_freezable_wq (&__system_wq)
#define system_power_efficient_wq (&__system_wq)
#define system_freezable_power_efficient_wq (&__system_wq)
#define system_bh_wq (&__system_wq)
#define system_unbound_wq (&__system_unbound_wq)
#define system_dfl_wq (&__system_unbound_wq)
#define system_dfl_long_wq (&__system_unbound_wq)
#define WQ_BH 1
#define WQ_POWER_EFFICIENT 128

#define create_freezable_workqueue(name) alloc_workqueue(name, WQ_MEM_RECLAIM, 1)

struct rcu_work {
	struct work_struct work;
	struct rcu_head rcu;
	struct workqueue_struct *wq;
	int armed;			/* PENDING while it waits for the grace period */
};

#define INIT_RCU_WORK(rwork, func) INIT_WORK(&(rwork)->work, func)
#define to_rcu_work(w) container_of(w, struct rcu_work, work)

/* kernel/workqueue.c:2632 */
static void rcu_work_rcufn(struct rcu_head *rcu)
{
	struct rcu_work *rwork = container_of(rcu, struct rcu_work, rcu);

	queue_work(rwork->wq, &rwork->work);
	plain { rwork->armed = 0; }
}

/* kernel/workqueue.c:2652: after a grace period; false if it waits for one already */
static bool queue_rcu_work(struct workqueue_struct *wq, struct rcu_work *rwork)
{
	bool ret;

	atomic {
		ret = !rwork->armed && !rwork->work.pending;
		if (ret)
			rwork->armed = 1;
	}
	if (ret) {
		rwork->wq = wq;
		call_rcu_hurry(&rwork->rcu, rcu_work_rcufn);
	}
	return ret;
}

/* kernel/workqueue.c:4335 */
static bool flush_rcu_work(struct rcu_work *rwork)
{
	if (rwork->armed)
		rcu_barrier();
	return flush_work(&rwork->work);
}
