/*
 * Result: safe
 *
 * How is memory allocated under a spinlock?
 * With GFP_ATOMIC, which does not sleep (and may fail).
 */
#include <lastput.h>

struct obj {
	int value;
};

static DEFINE_SPINLOCK(lock);

THREAD(user)
{
	struct obj *obj;

	spin_lock(&lock);
	obj = kzalloc(sizeof(*obj), GFP_ATOMIC);
	spin_unlock(&lock);
	kfree(obj);
}
