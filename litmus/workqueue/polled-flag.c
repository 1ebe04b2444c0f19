/*
 * Result: deadlock (done)
 *
 * Does a poll for a flag end, if the work item that sets it may not be queued?
 */
#include <lastput.h>

static int ready;
static int done;

static void finish(struct work_struct *work)
{
	WRITE_ONCE(done, 1);
}

static DECLARE_WORK(work, finish);

THREAD(waiter)
{
	if (READ_ONCE(ready))
		schedule_work(&work);
	while (!READ_ONCE(done))
		msleep(10);
}

THREAD(setter)
{
	WRITE_ONCE(ready, 1);
}
