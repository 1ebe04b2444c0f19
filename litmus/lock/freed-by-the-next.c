/*
 * Result: use-after-free
 *
 * May the one who finds the last reference under a mutex free the mutex?
 */
#include <lastput.h>

struct obj {
	struct mutex lock;
	refcount_t refs;
	int users;
};

static struct obj *obj;

BOOT(two_users)
{
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	mutex_init(&obj->lock);
	refcount_set(&obj->refs, 2);
	obj->users = 2;
}

THREADS(user, 2)
{
	int last;

	mutex_lock(&obj->lock);
	last = --obj->users == 0;
	mutex_unlock(&obj->lock);
	if (last)
		kfree(obj);
}
