/*
 * Result: safe
 *
 * Does synchronize_rcu() wait for a task that has only turned off preemption?
 * Yes, as for one with softirqs or interrupts off, or a spinlock held.
 */
#include <lastput.h>

struct obj {
	int value;
};

static struct obj *shared;

BOOT(setup)
{
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
}

THREAD(reader)
{
	struct obj *obj;

	preempt_disable();
	obj = shared;
	if (obj)
		obj->value = 1;
	preempt_enable();
}

THREAD(updater)
{
	struct obj *obj = shared;

	shared = NULL;
	synchronize_rcu();
	kfree(obj);
}
