/*
 * Result: safe
 *
 * What does an error path owe for what was taken before it?
 * The undoing of each step, in reverse order.
 */
#include <lastput.h>

struct obj {
	refcount_t users;
};

static void obj_put(struct obj *obj)
{
	if (refcount_dec_and_test(&obj->users))
		kfree(obj);
}

static int obj_start(struct obj *obj, int fail)
{
	refcount_inc(&obj->users);
	if (fail)
		goto err;
	obj_put(obj);
	return 0;

err:
	obj_put(obj);
	return -ENOMEM;
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	int fail;

	refcount_set(&obj->users, 1);
	plain { fail = choose(2); }
	obj_start(obj, fail);
	obj_put(obj);
}
