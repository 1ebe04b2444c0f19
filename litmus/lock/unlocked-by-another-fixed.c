/*
 * Result: safe
 *
 * With what does one task hold something until another one gives it back?
 * With a semaphore, which has no owner.
 */
#include <lastput.h>

static struct semaphore sem;
static struct work_struct work;

static void work_fn(struct work_struct *w)
{
	up(&sem);
}

static int start(void)
{
	sema_init(&sem, 1);
	INIT_WORK(&work, work_fn);
	down(&sem);
	schedule_work(&work);
	down(&sem);
	up(&sem);
	return 0;
}

THREAD(user)
{
	SYSCALL(start());
}
