/*
 * Result: safe
 *
 * May a task that reads take the same rw_semaphore once more for reading?
 * Here: a writer in between can wait only for the one reader.
 */
#include <lastput.h>

static DECLARE_RWSEM(sem);
static int value;

static int inner(void)
{
	int now;

	now = value;
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
