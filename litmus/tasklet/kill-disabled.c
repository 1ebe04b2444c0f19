/*
 * Result: deadlock
 *
 * May a tasklet be killed that is scheduled and disabled?
 * No. It stays scheduled until somebody enables it.
 */
#include <lastput.h>

static void own_tasklet(struct tasklet_struct *t)
{
}

static DECLARE_TASKLET_DISABLED(own, own_tasklet);

THREAD(user)
{
	tasklet_schedule(&own);
	tasklet_kill(&own);
}
