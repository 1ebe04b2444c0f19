/*
 * Result: safe
 *
 * Do the calls on tasklets do what they say?
 */
#include <lastput.h>

static int ran;

static void old_function(unsigned long data)
{
	WARN_ON(!in_interrupt());
	ran = 1;
}

static DECLARE_TASKLET_OLD(old, old_function);

THREAD(user)
{
	struct tasklet_struct other;

	tasklet_init(&other, old_function, 1);
	tasklet_disable(&old);
	tasklet_hi_schedule(&old);
	WARN_ON(ran);
	tasklet_enable(&old);
	tasklet_kill(&old);
	WARN_ON(!ran);
	tasklet_disable_in_atomic(&old);
	tasklet_enable(&old);
}
