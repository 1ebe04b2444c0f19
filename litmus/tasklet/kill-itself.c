/*
 * Result: deadlock, sleep-in-atomic
 *
 * May a tasklet kill itself?
 */
#include <lastput.h>

static void own_tasklet(struct tasklet_struct *t)
{
	tasklet_kill(t);
}

static DECLARE_TASKLET(own, own_tasklet);

THREAD(user)
{
	tasklet_schedule(&own);
}
