/*
 * Result: safe
 *
 * Do the waiting operations do what they say?
 * One task waits in every way, for what has happened already or for what a timeout ends.
 */
#include <lastput.h>

struct obj {
	wait_queue_head_t wait;
	struct swait_queue_head swait;
	struct rcuwait rcuwait;
	struct completion done;
	int ready;
};

static struct obj obj;

static int wait_queues(void)
{
	DECLARE_WAIT_QUEUE_HEAD_ONSTACK(queue);
	DECLARE_WAITQUEUE(entry, current);

	init_waitqueue_head(&obj.wait);
	obj.ready = 1;
	wait_event(obj.wait, obj.ready);
	wait_event_idle(obj.wait, obj.ready);
	WARN_ON(wait_event_killable(obj.wait, obj.ready));
	WARN_ON(wait_event_freezable(obj.wait, obj.ready));
	WARN_ON(!wait_event_timeout(obj.wait, obj.ready, HZ));
	WARN_ON(wait_event_timeout(obj.wait, !obj.ready, HZ));
	WARN_ON(!wait_event_interruptible_timeout(obj.wait, obj.ready, HZ));
	wake_up_all(&obj.wait);
	wake_up_locked(&obj.wait);
	wake_up_interruptible(&obj.wait);
	wake_up_interruptible_all(&obj.wait);
	if (wq_has_sleeper(&obj.wait) || waitqueue_active(&obj.wait))
		wake_up(&obj.wait);
	init_waitqueue_head(&queue);
	add_wait_queue(&queue, &entry);
	prepare_to_wait_exclusive(&queue, &entry, TASK_INTERRUPTIBLE);
	__set_current_state(TASK_RUNNING);
	schedule();
	remove_wait_queue(&queue, &entry);

	init_swait_queue_head(&obj.swait);
	swait_event_exclusive(obj.swait, obj.ready);
	swake_up_one(&obj.swait);
	swake_up_all(&obj.swait);
	rcuwait_init(&obj.rcuwait);
	WARN_ON(rcuwait_wait_event(&obj.rcuwait, obj.ready, TASK_UNINTERRUPTIBLE));
	rcuwait_wake_up(&obj.rcuwait);
	return 0;
}

static int completions(void)
{
	struct completion local = COMPLETION_INITIALIZER_ONSTACK(local);

	init_completion(&obj.done);
	WARN_ON(try_wait_for_completion(&obj.done) || completion_done(&obj.done));
	complete_all(&obj.done);
	WARN_ON(wait_for_completion_interruptible(&obj.done) || wait_for_completion_killable(&obj.done));
	WARN_ON(!wait_for_completion_timeout(&obj.done, HZ));
	reinit_completion(&obj.done);
	WARN_ON(completion_done(&obj.done) || completion_done(&local));
	return 0;
}

static int sleeping(void)
{
	set_current_state(TASK_INTERRUPTIBLE);
	schedule_timeout(HZ);
	schedule_timeout_interruptible(HZ);
	schedule_timeout_uninterruptible(HZ);
	schedule_timeout(MAX_SCHEDULE_TIMEOUT);
	ssleep(1);
	usleep_range(1, 2);
	udelay(1);
	return 0;
}

THREAD(user)
{
	SYSCALL(wait_queues());
	SYSCALL(completions());
	SYSCALL(sleeping());
}
