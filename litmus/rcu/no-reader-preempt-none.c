/*
 * Result: safe
 *
 * Is every piece of kernel code an RCU reader if the kernel never preempts?
 * Nearly: what does not sleep between finding the object and using it is one. It is no way to write code.
 *
 * Options: preempt=none
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

static int use(void)
{
	struct obj *obj = shared;

	if (obj)
		obj->value = 1;
	return 0;
}

THREAD(user)
{
	SYSCALL(use());
}

THREAD(updater)
{
	struct obj *obj = shared;

	shared = NULL;
	synchronize_rcu();
	kfree(obj);
}
