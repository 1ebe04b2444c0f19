/*
 * Result: safe
 *
 * May a function return while a work item on its stack is queued?
 * Here: it waits.
 */
#include <lastput.h>

static void fn(struct work_struct *work)
{
}

static void run_it(void)
{
	struct work_struct work;

	INIT_WORK_ONSTACK(&work, fn);
	schedule_work(&work);
	flush_work(&work);
	destroy_work_on_stack(&work);
}

THREAD(user)
{
	run_it();
}
