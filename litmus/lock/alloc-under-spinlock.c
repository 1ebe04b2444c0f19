/*
 * Result: sleep-in-atomic
 *
 * May memory be allocated with GFP_KERNEL under a spinlock?
 * No, that may sleep. GFP_ATOMIC may be used there.
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
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	spin_unlock(&lock);
	kfree(obj);
}
