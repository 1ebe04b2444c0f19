/*
 * Result: warn
 *
 * Do two tasks that add to a count need a lock?
 * Yes. Without one, or an atomic_t, one of the additions may be lost.
 */
#include <lastput.h>

static int count;
static int done;

static void add(void)
{
	int old = count;

	count = old + 1;
}

THREADS(user, 2)
{
	add();
	atomic { done++; }
	wait_until(done == 2);
	WARN_ON(count != 2);
}
