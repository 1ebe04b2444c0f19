/*
 * Result: safe
 *
 * May an SRCU reader sleep?
 * Yes, and synchronize_srcu() waits for it.
 */
#include <lastput.h>

struct obj {
	int value;
};

static DEFINE_SRCU(srcu);
static DEFINE_MUTEX(lock);
static struct obj *shared;

BOOT(setup)
{
	init_srcu_struct(&srcu);
	shared = kzalloc(sizeof(struct obj), GFP_KERNEL);
}

THREAD(reader)
{
	int idx = srcu_read_lock(&srcu);
	struct obj *obj = srcu_dereference(shared, &srcu);

	if (obj) {
		mutex_lock(&lock);
		obj->value = 1;
		mutex_unlock(&lock);
	}
	srcu_read_unlock(&srcu, idx);
}

THREAD(updater)
{
	struct obj *obj = shared;

	rcu_assign_pointer(shared, NULL);
	synchronize_srcu(&srcu);
	kfree(obj);
}
