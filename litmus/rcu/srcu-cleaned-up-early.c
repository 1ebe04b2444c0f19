/*
 * Result: warn (srcu)
 *
 * May cleanup_srcu_struct() be called while a reader may be in?
 * No. It warns and gives up.
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
	cleanup_srcu_struct(&srcu);
}
