/*
 * Result: safe
 *
 * What comes before tasklet_kill() of a disabled tasklet?
 * tasklet_enable().
 */
#include <lastput.h>

static void own_tasklet(struct tasklet_struct *t)
{
}

static DECLARE_TASKLET_DISABLED(own, own_tasklet);

THREAD(user)
{
	tasklet_schedule(&own);
	tasklet_enable(&own);
	tasklet_kill(&own);
}
