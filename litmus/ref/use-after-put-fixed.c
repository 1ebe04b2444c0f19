/*
 * Result: safe
 *
 * When is the last moment to use an object?
 * Before its reference is put.
 */
#include <lastput.h>

struct obj {
	refcount_t users;
	int value;
};

static struct obj *shared;

static void obj_put(struct obj *obj)
{
	if (refcount_dec_and_test(&obj->users))
		kfree(obj);
}

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
	refcount_set(&shared->users, 2);
}

THREAD(one)
{
	struct obj *obj = shared;

	obj->value = 1;
	obj_put(obj);
}

THREAD(two)
{
	obj_put(shared);
}
