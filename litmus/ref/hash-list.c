/*
 * Result: safe
 *
 * May RCU readers walk a hash list while an entry is deleted from it?
 * Yes, if it is freed after a grace period: hlist_del_rcu() leaves the way on to the next entry.
 */
#include <lastput.h>

struct obj {
	struct hlist_node node;
	struct rcu_head rcu;
	int value;
};

static HLIST_HEAD(bucket);

BOOT(setup)
{
	struct obj *first = kzalloc(sizeof(*first), GFP_KERNEL);
	struct obj *second = kzalloc(sizeof(*second), GFP_KERNEL);

	hlist_add_head_rcu(&first->node, &bucket);
	hlist_add_head_rcu(&second->node, &bucket);
}

THREAD(walker)
{
	struct obj *obj;

	rcu_read_lock();
	hlist_for_each_entry_rcu(obj, &bucket, node)
		obj->value = 1;
	rcu_read_unlock();
}

THREAD(cleaner)
{
	struct obj *obj;
	struct hlist_node *next;

	hlist_for_each_entry_safe(obj, next, &bucket, node) {
		hlist_del_rcu(&obj->node);
		kfree_rcu(obj, rcu);
	}
	WARN_ON(!hlist_empty(&bucket));
}
