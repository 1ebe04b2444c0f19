/*
 * Result: safe
 *
 * What comes before cleanup_srcu_struct() of a domain with callbacks?
 * srcu_barrier(), which waits until all have returned.
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

THREAD(user)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);

	call_srcu(&domain, &obj->rcu, obj_free);
	srcu_barrier(&domain);
	cleanup_srcu_struct(&domain);
}
