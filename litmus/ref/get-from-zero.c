/*
 * Result: refcount-from-zero (obj), refcount-underflow (obj), use-after-free (obj)
 *
 * May refcount_inc() take a reference to an object that was found in a list?
 * No. Its count may have reached 0 already, and it is about to be freed; refcount_t warns about an addition on 0.
 */
#include <lastput.h>

struct obj {
	refcount_t users;
	struct rcu_head rcu;
};

static struct obj *shared;

static void obj_put(struct obj *obj)
{
	if (refcount_dec_and_test(&obj->users)) {
		shared = NULL;
		kfree_rcu(obj, rcu);
	}
}

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
	refcount_set(&shared->users, 1);
}

THREAD(finder)
{
	struct obj *obj;

	rcu_read_lock();
	obj = rcu_dereference(shared);
	if (obj)
		refcount_inc(&obj->users);
	rcu_read_unlock();
	if (obj)
		obj_put(obj);
}

THREAD(owner)
{
	obj_put(shared);
}
