/*
 * Result: warn
 *
 * May a domain of SRCU be cleaned up while one of its callbacks is pending?
 */
#include <lastput.h>

struct obj {
	struct rcu_head rcu;
};

static DEFINE_SRCU(domain);

static void obj_free(struct rcu_head *head)
{
	kfree(container_of(head, struct obj, rcu));
}

THREAD(reader)
{
	int idx = srcu_down_read(&domain);

	srcu_up_read(&domain, idx);
	idx = srcu_read_lock_nmisafe(&domain);
	srcu_read_unlock_nmisafe(&domain, idx);
}

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	call_srcu(&domain, &obj->rcu, obj_free);
	if (poll_state_synchronize_srcu(&domain, get_state_synchronize_srcu(&domain)))
		start_poll_synchronize_srcu(&domain);
	cleanup_srcu_struct(&domain);
}
