/*
 * Result: use-after-free (obj)
 *
 * May an object be used after its reference was put, as somebody else surely holds one?
 * No. The other reference may go at the same time.
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

	obj_put(obj);
	obj->value = 1;
}

THREAD(two)
{
	obj_put(shared);
}
