/*
 * Result: safe
 *
 * What lets one task free an object that another one finds by a pointer?
 * A lock around finding and using, and around taking the pointer away.
 */
#include <lastput.h>

struct obj {
	int value;
};

static struct obj *shared;
static DEFINE_SPINLOCK(lock);

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
}

THREAD(user)
{
	spin_lock(&lock);
	if (shared)
		shared->value = 1;
	spin_unlock(&lock);
}

THREAD(owner)
{
	struct obj *obj;

	spin_lock(&lock);
	obj = shared;
	shared = NULL;
	spin_unlock(&lock);
	kfree(obj);
}
