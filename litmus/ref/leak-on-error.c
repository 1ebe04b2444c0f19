/*
 * Result: leak (obj)
 *
 * Who puts the reference when a function fails half way?
 * Nobody, here: it took a reference to the object for a work item, and forgot it when there was nothing to queue.
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
		return -ENOMEM;
	obj_put(obj);
	return 0;
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
