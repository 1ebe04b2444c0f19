/*
 * Result: safe
 *
 * How is an object freed that RCU readers may still read?
 * After a grace period: synchronize_rcu() and kfree(), or kfree_rcu().
 */
#include <lastput.h>

struct obj {
	int value;
	struct rcu_head rcu;
};

static struct obj *shared;

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
}

THREAD(reader)
{
	struct obj *obj;

	rcu_read_lock();
	obj = rcu_dereference(shared);
	if (obj)
		obj->value = 1;
	rcu_read_unlock();
}

THREAD(updater)
{
	struct obj *obj = shared;
	int wait;

	rcu_assign_pointer(shared, NULL);
	plain { wait = choose(2); }
	if (wait) {
		synchronize_rcu();
		kfree(obj);
	} else {
		kfree_rcu(obj, rcu);
	}
}
