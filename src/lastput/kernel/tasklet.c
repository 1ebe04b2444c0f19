/*
 * Tasklets: functions in softirq context, some time after they were scheduled.
 *
 * Models kernel/softirq.c and include/linux/interrupt.h (6.12). One tasklet never runs twice at a time; scheduled
 * while it runs, it runs again. What blocks: tasklet_kill() until it is neither scheduled nor running, for ever if it
 * is disabled or called from itself; tasklet_disable() while it runs. A tasklet may be scheduled again after
 * tasklet_kill(): nothing but what schedules it can end it.
 *
 * Left out: several tasklets at the same time; high priority is the same.
 */

struct tasklet_struct {
	int queued;			/* on a list */
	int sched;			/* TASKLET_STATE_SCHED */
	int running;
	int count;			/* of tasklet_disable() */
	void (*callback)(struct tasklet_struct *t);
	void (*func)(unsigned long data);
	unsigned long data;
};

#define DECLARE_TASKLET(name, function) struct tasklet_struct name = { .callback = (function) }
#define DECLARE_TASKLET_DISABLED(name, function) struct tasklet_struct name = { .callback = (function), .count = 1 }
#define DECLARE_TASKLET_OLD(name, function) struct tasklet_struct name = { .func = (function) }
#define from_tasklet(var, t, member) container_of(t, typeof(*var), member)

/* kernel/softirq.c:844, :856 */
static void __tasklet_init(struct tasklet_struct *t)
{
	plain {
		t->queued = 0;
		t->sched = 0;
		t->count = 0;
	}
}

#define tasklet_setup(t, function) do { __tasklet_init(t); (t)->callback = (function); } while (0)
#define tasklet_init(t, function, value) \
	do { __tasklet_init(t); (t)->func = (function); (t)->data = (value); } while (0)

/* kernel/softirq.c:760; nothing if it is scheduled already */
static void __tasklet_schedule(struct tasklet_struct *t)
{
	atomic {
		if (!t->sched) {
			t->sched = 1;
			t->queued = 1;
		}
	}
}

#define tasklet_schedule(t) __tasklet_schedule(t)
#define tasklet_hi_schedule(t) __tasklet_schedule(t)

/* kernel/softirq.c:894 */
static void tasklet_kill(struct tasklet_struct *t)
{
	SLEEP_UNTIL(atomic, !t->sched, t->sched = 1);
	atomic {
		wait_until(!t->running);
		t->sched = 0;
	}
}

/* kernel/softirq.c:917 */
#define tasklet_unlock_wait(t) wait_until(!(t)->running)

/* include/linux/interrupt.h:732 */
static void tasklet_disable_nosync(struct tasklet_struct *t)
{
	atomic { t->count++; }
}

/* include/linux/interrupt.h:749 */
static void tasklet_disable(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	SLEEP_UNTIL(atomic, !t->running);
}

#define tasklet_disable_in_atomic(t) do { tasklet_disable_nosync(t); tasklet_unlock_wait(t); } while (0)

/* include/linux/interrupt.h:756 */
static void tasklet_enable(struct tasklet_struct *t)
{
	atomic { t->count--; }
}

/* tasklet_action_common(), kernel/softirq.c:788 */
static void tasklet_action(struct tasklet_struct *t)
{
	if (t->callback)
		t->callback(t);
	else
		t->func(t->data);
	atomic {
		t->running = 0;
		__leave_context();
	}
}

DAEMON(tasklet_softirq, 1, __tasklet_schedule) {
	struct tasklet_struct *t;

	for (;;) {
		atomic {
			t = pick_idle(struct tasklet_struct, queued);
			wait_idle(!t->count);
			t->queued = 0;
			t->sched = 0;
			t->running = 1;
			__enter_context(1);
		}
		tasklet_action(t);
	}
}
