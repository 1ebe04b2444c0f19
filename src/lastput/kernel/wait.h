/*
 * Wait queues and completions.
 *
 * Models include/linux/{wait,swait,rcuwait,completion}.h, kernel/sched/{wait,swait,completion}.c (6.12).
 * What blocks: wait_event*() until its condition holds, whoever made it true; wait_for_completion*() until
 * complete(); schedule() after prepare_to_wait() until wake_up*().
 *
 * wait_event*() tests its condition at the call and after each wake-up, as the kernel does: who makes it true
 * and wakes nobody leaves the waiter asleep. wake_up*() touches the queue, so waking somebody who has freed it is. complete() is one step
 * together with the waking, as both are under x->wait.lock there; a completion on the waiter's stack is safe.
 * Timeouts may end at any time: the _timeout variants do not wait, they give 1 if the condition holds by now.
 */

struct wait_queue_head {
	struct task_struct *head;
};

struct wait_queue_entry {
	struct task_struct *private;
};

struct swait_queue_head {
	struct task_struct *head;
};

struct rcuwait {
	struct task_struct *task;
};

struct completion {
	int done;
};

#define wait_queue_head_t struct wait_queue_head
#define DECLARE_WAIT_QUEUE_HEAD(name) struct wait_queue_head name
#define DECLARE_WAIT_QUEUE_HEAD_ONSTACK(name) struct wait_queue_head name
#define init_waitqueue_head(wq) ((wq)->head = NULL)
#define init_swait_queue_head(wq) ((wq)->head = NULL)
#define rcuwait_init(w) ((w)->task = NULL)

/* include/linux/wait.h:340 */
#define __wait_event(queue, sleep, cond)						\
	do {									\
		int __true;							\
		atomic {							\
			__might_resched();					\
			__true = !!(cond);					\
			if (!__true) {						\
				current->waiting_on = (void *)(queue);		\
				current->__state = TASK_UNINTERRUPTIBLE;	\
			}							\
		}								\
		while (!__true)							\
			sleep(atomic, current->__state == TASK_RUNNING, __true = !!(cond); \
			      current->__state = __true ? TASK_RUNNING : TASK_UNINTERRUPTIBLE; \
			      if (__true) current->waiting_on = NULL);		\
	} while (0)
#define wait_event(wq, cond) __wait_event(&(wq), SLEEP_UNTIL, cond)
#define wait_event_killable(wq, cond) ({ wait_event(wq, cond); 0; })
#define wait_event_idle(wq, cond) __wait_event(&(wq), SLEEP_IDLE, cond)
#define wait_event_interruptible(wq, cond) ({					\
	if (current->kthread)							\
		wait_event_idle(wq, cond);					\
	else									\
		wait_event(wq, cond);						\
	0;									\
})
#define wait_event_freezable(wq, cond) wait_event_interruptible(wq, cond)
#define __wait_timeout(cond) ({							\
	int __left;								\
	SLEEP_UNTIL(atomic, 1, __left = !!(cond));				\
	__left;									\
})
#define wait_event_timeout(wq, cond, timeout) __wait_timeout(cond)
#define wait_event_interruptible_timeout(wq, cond, timeout) __wait_timeout(cond)
#define swait_event_exclusive(wq, cond) wait_event(wq, cond)
#define rcuwait_wait_event(w, cond, state) ({ __wait_event(w, SLEEP_UNTIL, cond); 0; })

static void __wake_tasks(void *queue)
{
	struct task_struct *t;

	atomic {
		for_each_instance(struct task_struct, t) {
			if (t->waiting_on == queue)
				t->__state = TASK_RUNNING;
		}
	}
}

/* kernel/sched/wait.c:124 */
static void __wake_up(struct wait_queue_head *wq)
{
	(void)wq->head;
	__wake_tasks(wq);
}

#define wake_up(wq) __wake_up(wq)
#define wake_up_all(wq) __wake_up(wq)
#define wake_up_locked(wq) __wake_up(wq)
#define wake_up_interruptible(wq) __wake_up(wq)
#define wake_up_interruptible_all(wq) __wake_up(wq)
#define swake_up_one(wq) __wake_up((void *)(wq))
#define swake_up_all(wq) __wake_up((void *)(wq))
#define rcuwait_wake_up(w) ({ (void)(w)->task; __wake_tasks((void *)(w)); 0; })
#define waitqueue_active(wq) ((void)(wq)->head, 1)
#define wq_has_sleeper(wq) ((void)(wq)->head, 1)

#define DEFINE_WAIT(name) struct wait_queue_entry name = { .private = NULL }
#define DECLARE_WAITQUEUE(name, task) struct wait_queue_entry name = { .private = NULL }

/* kernel/sched/wait.c:230 */
static void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *wait, int state)
{
	atomic {
		current->waiting_on = wq;
		current->__state = state;
	}
}

/* kernel/sched/wait.c:357 */
static void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *wait)
{
	atomic {
		(void)wq->head;
		current->waiting_on = NULL;
		current->__state = TASK_RUNNING;
	}
}

#define prepare_to_wait_exclusive(wq, wait, state) prepare_to_wait(wq, wait, state)
#define add_wait_queue(wq, wait) (current->waiting_on = (wq))
#define remove_wait_queue(wq, wait) ((void)(wq)->head, current->waiting_on = NULL)

#define COMPLETE_ALL 99
#define DECLARE_COMPLETION(name) struct completion name
#define DECLARE_COMPLETION_ONSTACK(name) struct completion name = { .done = 0 }
#define COMPLETION_INITIALIZER_ONSTACK(name) { .done = 0 }
#define init_completion(x) ((x)->done = 0)
#define reinit_completion(x) ((x)->done = 0)

/* kernel/sched/completion.c:45 */
static void complete(struct completion *x)
{
	atomic {
		if (x->done != COMPLETE_ALL)
			x->done++;
	}
}

/* kernel/sched/completion.c:67 */
static void complete_all(struct completion *x)
{
	atomic { x->done = COMPLETE_ALL; }
}

/* kernel/sched/completion.c:146 */
static void wait_for_completion(struct completion *x)
{
	SLEEP_UNTIL(atomic, x->done, if (x->done != COMPLETE_ALL) x->done--);
}

/* kernel/sched/completion.c:304 */
static bool try_wait_for_completion(struct completion *x)
{
	bool got;

	atomic {
		got = x->done != 0;
		if (got && x->done != COMPLETE_ALL)
			x->done--;
	}
	return got;
}

#define wait_for_completion_interruptible(x) ({ wait_for_completion(x); 0; })
#define wait_for_completion_killable(x) ({ wait_for_completion(x); 0; })
#define wait_for_completion_timeout(x, timeout) (might_sleep(), (long)try_wait_for_completion(x))
#define completion_done(x) ((x)->done != 0)
