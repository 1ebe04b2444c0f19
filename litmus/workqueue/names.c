/*
 * Result: safe
 *
 * Do the system's workqueues, old and new, do what they say?
 */
#include <lastput.h>

POOL(struct workqueue_struct, 3);

static int ran;

static void count(struct work_struct *work)
{
	ran++;
}

static void after_grace_period(struct work_struct *work)
{
	WARN_ON(!to_rcu_work(work)->wq);
}

static DECLARE_WORK(one, count);
static struct rcu_work later;

static void on(struct workqueue_struct *wq)
{
	queue_work(wq, &one);
	flush_work(&one);
}

THREAD(user)
{
	struct workqueue_struct *wq = create_workqueue("a");

	on(system_power_efficient_wq);
	on(system_freezable_power_efficient_wq);
	on(system_bh_wq);
	on(system_dfl_long_wq);
	schedule_work(&one);
	flush_scheduled_work();
	WARN_ON(ran != 5);
	destroy_workqueue(wq);
	wq = create_freezable_workqueue("b");
	destroy_workqueue(wq);
	wq = create_singlethread_workqueue("c");
	INIT_RCU_WORK(&later, after_grace_period);
	queue_rcu_work(wq, &later);
	flush_rcu_work(&later);
	destroy_workqueue(wq);
}
