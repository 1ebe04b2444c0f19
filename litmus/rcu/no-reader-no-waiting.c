/*
 * Result: use-after-free (obj)
 *
 * Does synchronize_rcu() wait for a task that uses an object outside of any reader?
 * Not if the kernel is preemptible. Compare no-reader-preempt-none.c.
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
