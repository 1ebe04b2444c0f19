/*
 * Result: double-free (obj)
 *
 * May two tasks free an object after each has looked whether it is still there?
 * No. Both look before either frees.
 */
#include <lastput.h>

struct obj {
	int value;
};

static struct obj *shared;

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
}

THREADS(user, 2)
{
	struct obj *obj = shared;

	if (obj) {
		shared = NULL;
		kfree(obj);
	}
}
