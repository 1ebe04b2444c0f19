/*
 * Result: safe
 *
 * How is a reference taken to an object that was found without holding one?
 * With refcount_inc_not_zero(), in an RCU reader or under the lock that covers the list.
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
	if (obj && !refcount_inc_not_zero(&obj->users))
		obj = NULL;
	rcu_read_unlock();
	if (obj)
		obj_put(obj);
}

THREAD(owner)
{
	obj_put(shared);
}
