/*
 * Result: use-after-free (obj)
 *
 * May an object be freed right after it was unlinked from where RCU readers find it?
 * No. A reader that found it before still reads it.
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

	rcu_assign_pointer(shared, NULL);
	kfree(obj);
}
