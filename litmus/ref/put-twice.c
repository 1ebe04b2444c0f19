/*
 * Result: refcount-underflow (obj)
 *
 * What happens if an error path puts a reference that its caller puts as well?
 * The count goes below 0: refcount_t warns, and by then the object may be gone. The object is a global here, so that
 * only the count is at stake.
 */
#include <lastput.h>

struct obj {
	refcount_t users;
};

static struct obj obj = { .users = REFCOUNT_INIT(1) };

static void obj_put(struct obj *o)
{
	refcount_dec_and_test(&o->users);
}

static int obj_setup(struct obj *o, int fail)
{
	if (fail) {
		obj_put(o);
		return -EINVAL;
	}
	return 0;
}

THREAD(user)
{
	int fail;

	plain { fail = choose(2); }
	obj_setup(&obj, fail);
	obj_put(&obj);
}
