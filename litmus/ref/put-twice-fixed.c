/*
 * Result: safe
 *
 * Who puts a reference that a failing function was given?
 * Who took it: a function that fails leaves things as they were.
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
	if (fail)
		return -EINVAL;
	return 0;
}

THREAD(user)
{
	int fail;

	plain { fail = choose(2); }
	obj_setup(&obj, fail);
	obj_put(&obj);
}
