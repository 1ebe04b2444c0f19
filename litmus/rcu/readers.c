/*
 * Result: safe
 *
 * Do the RCU and SRCU operations do what they say?
 * One task tries them all, while another waits for grace periods.
 */
#include <lastput.h>

struct obj {
	struct list_head link;
	struct hlist_node node;
	struct rcu_head rcu;
	int value;
};

DEFINE_STATIC_SRCU(srcu);
static LIST_HEAD(list);
static struct hlist_head hash;
static struct obj *shared;

static void obj_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct obj, rcu));
}

BOOT(setup)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	INIT_HLIST_HEAD(&hash);
	INIT_LIST_HEAD(&obj->link);
	list_add_rcu(&obj->link, &list);
	hlist_add_head_rcu(&obj->node, &hash);
	RCU_INIT_POINTER(shared, obj);
}

THREAD(reader)
{
	struct obj *obj;
	int idx;

	rcu_read_lock();
	WARN_ON(!rcu_read_lock_held());
	list_for_each_entry_rcu(obj, &list, link)
		obj->value = 1;
	if (rcu_access_pointer(shared)) {
		obj = rcu_dereference_check(shared, rcu_read_lock_held());
		if (obj)
			obj->value = 2;
	}
	rcu_read_unlock();
	rcu_read_lock_bh();
	obj = rcu_dereference_raw(shared);
	if (obj)
		obj->value = 3;
	rcu_read_unlock_bh();
	rcu_read_lock_sched();
	rcu_read_unlock_sched();
	idx = srcu_read_lock(&srcu);
	WARN_ON(!srcu_read_lock_held(&srcu));
	obj = srcu_dereference_check(shared, &srcu, 1);
	srcu_read_unlock(&srcu, idx);
}

THREAD(updater)
{
	struct obj *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL);
	struct obj *old = rcu_dereference_protected(shared, 1);

	list_del_rcu(&old->link);
	hlist_del_init_rcu(&old->node);
	old = rcu_replace_pointer(shared, fresh, 1);
	call_rcu_hurry(&old->rcu, obj_free);
	rcu_assign_pointer(shared, NULL);
	synchronize_srcu_expedited(&srcu);
	synchronize_rcu_expedited();
	synchronize_net();
	list_add_tail_rcu(&fresh->link, &list);
	list_del_rcu(&fresh->link);
	kfree_rcu_mightsleep(fresh);
}
