/*
 * Work that a task does for itself before it goes back to user mode.
 *
 * Models kernel/task_work.c (6.12): last in, first out. Nothing blocks.
 *
 * Left out: adding to a task that has begun to exit, and the ways to notify another task.
 */

struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *work);
};

#define TWA_NONE 0
#define TWA_RESUME 1
#define TWA_SIGNAL 2

#define init_task_work(work, function) ((work)->func = (function))

/* kernel/task_work.c:59: 0 if it was added */
static int task_work_add(struct task_struct *task, struct callback_head *work, int notify)
{
	plain {
		work->next = task->task_works;
		task->task_works = work;
	}
	return 0;
}

/* kernel/task_work.c:213: takes one at a time instead of the whole list, to the same effect */
static void task_work_run(void)
{
	struct callback_head *work;

	for (;;) {
		plain {
			work = current->task_works;
			if (work)
				current->task_works = work->next;
		}
		if (!work)
			break;
		work->func(work);
	}
}
