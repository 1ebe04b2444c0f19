/*
 * Result: safe
 *
 * What may an RCU reader do that wants something freed?
 * Leave it to a callback, which does not wait.
 */
#include <lastput.h>

struct obj {
	struct rcu_head rcu;
};

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	rcu_read_lock();
	kfree_rcu(obj, rcu);
	rcu_read_unlock();
}
