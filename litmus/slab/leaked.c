/*
 * Result: leak (obj)
 *
 * What becomes of an object whose only pointer is overwritten?
 * It stays allocated for ever. Two tasks that each put a new object in the same place do that.
 */
#include <lastput.h>

struct obj {
	int value;
};

static struct obj *shared;
static int done;

THREADS(user, 2)
{
	if (!shared)
		shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
	atomic { done++; }
	wait_until(done == 2);
	kfree(xchg(&shared, NULL));
}
