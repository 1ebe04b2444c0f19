/*
 * Result: double-free, use-after-free (obj)
 *
 * May two tasks pass the same rcu_head to call_rcu()?
 * No. The second call finds the callback pending, or the object gone.
 */
#include <lastput.h>

struct obj {
	struct rcu_head rcu;
};

static struct obj *shared;

static void obj_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct obj, rcu));
}

static void obj_drop(void)
{
	struct obj *obj = shared;

	if (obj) {
		shared = NULL;
		call_rcu(&obj->rcu, obj_free);
	}
}

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
}

THREADS(user, 2)
{
	obj_drop();
}
