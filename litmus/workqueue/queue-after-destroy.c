/*
 * Result: warn (workqueue_struct), use-after-free (workqueue_struct)
 *
 * May anybody queue on a workqueue that is being destroyed?
 * Only its own items. Others are refused with a warning while it drains, and use freed memory afterwards.
 */
#include <lastput.h>

static struct workqueue_struct *wq;
static struct work_struct work;

static void work_fn(struct work_struct *w)
{
}

BOOT(setup)
{
	wq = alloc_workqueue("wq", 0, 0);
	INIT_WORK(&work, work_fn);
}

THREAD(user)
{
	queue_work(wq, &work);
}

THREAD(admin)
{
	destroy_workqueue(wq);
}
