/*
 * Result: safe
 *
 * When may cleanup_srcu_struct() be called?
 * When nobody becomes a reader any more, and the last one is out.
 */
#include <lastput.h>

static struct srcu_struct srcu;
static int stopped;

BOOT(setup)
{
	init_srcu_struct(&srcu);
}

THREAD(reader)
{
	int idx = srcu_read_lock(&srcu);

	srcu_read_unlock(&srcu, idx);
	stopped = 1;
}

THREAD(owner)
{
	wait_until(stopped);
	cleanup_srcu_struct(&srcu);
}
