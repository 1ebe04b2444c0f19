/*
 * Result: safe
 *
 * How is a workqueue taken away from those who queue on it?
 * Under the lock under which they look at it, before it is destroyed.
 */
#include <lastput.h>

static struct workqueue_struct *wq;
static struct work_struct work;
static DEFINE_SPINLOCK(lock);

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
	spin_lock(&lock);
	if (wq)
		queue_work(wq, &work);
	spin_unlock(&lock);
}

THREAD(admin)
{
	struct workqueue_struct *old;

	spin_lock(&lock);
	old = wq;
	wq = NULL;
	spin_unlock(&lock);
	destroy_workqueue(old);
}
