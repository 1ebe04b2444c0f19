/*
 * Result: safe
 *
 * How do two tasks agree on who passes an object to call_rcu()?
 * With an exchange: only one of them gets the pointer.
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
	struct obj *obj = xchg(&shared, NULL);

	if (obj)
		call_rcu(&obj->rcu, obj_free);
}

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
}

THREADS(user, 2)
{
	obj_drop();
}
