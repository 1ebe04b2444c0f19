/*
 * Result: safe
 *
 * How does one of two tasks free an object that both know?
 * Whoever gets the pointer out of its place in one step.
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
	kfree(xchg(&shared, NULL));
}
