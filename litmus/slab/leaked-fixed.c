/*
 * Result: safe
 *
 * How do two tasks make one shared object when it is first needed?
 * Each makes one, cmpxchg() lets one of them put it in place, the other frees its own.
 */
#include <lastput.h>

struct obj {
	int value;
};

static struct obj *shared;
static int done;

THREADS(user, 2)
{
	struct obj *mine;

	if (!shared) {
		mine = kzalloc(sizeof(*mine), GFP_KERNEL);
		if (cmpxchg(&shared, NULL, mine))
			kfree(mine);
	}
	atomic { done++; }
	wait_until(done == 2);
	kfree(xchg(&shared, NULL));
}
