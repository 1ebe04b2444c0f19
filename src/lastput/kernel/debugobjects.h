/*
 * Memory that goes while something in it is still to be called back.
 *
 * Models lib/debugobjects.c (6.12) as CONFIG_DEBUG_OBJECTS_FREE uses it: freeing memory with a pending work item,
 * timer or RCU callback in it is reported, and so is what debug objects does not know of (NAPI, tasklets, kthread
 * work). Without it the kernel would follow a list into freed memory some time later; here the item would only be
 * forgotten, as the model sees no list.
 */

/* How many objects of live memory wait for a callback? In a block. */
static inline int __pending_objects(void)
{
	struct work_struct *work;
	struct timer_list *timer;
	struct hrtimer *hrtimer;
	struct rcu_head *head;
	struct napi_struct *napi;
	struct tasklet_struct *tasklet;
	struct kthread_work *kwork;
	int pending = 0;

	for_each_instance(struct work_struct, work)
		pending += work->pending;
	for_each_instance(struct timer_list, timer)
		pending += timer->pending;
	for_each_instance(struct hrtimer, hrtimer)
		pending += hrtimer->pending;
	for_each_instance(struct rcu_head, head)
		pending += head->pending || head->srcu;
	for_each_instance(struct napi_struct, napi)
		pending += napi->pending;
	for_each_instance(struct tasklet_struct, tasklet)
		pending += tasklet->queued;
	for_each_instance(struct kthread_work, kwork)
		pending += kwork->queued;
	return pending;
}
