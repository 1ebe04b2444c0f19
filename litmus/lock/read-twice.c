/*
 * Result: deadlock (sem)
 *
 * May a task that reads take the same rw_semaphore once more for reading?
 */
#include <lastput.h>

static DECLARE_RWSEM(sem);
static int value;

static int inner(void)
{
	int now;

	down_read(&sem);
	now = value;
	up_read(&sem);
	return now;
}

THREAD(reader)
{
	down_read(&sem);
	inner();
	up_read(&sem);
}

THREAD(writer)
{
	down_write(&sem);
	value = 1;
	up_write(&sem);
}
