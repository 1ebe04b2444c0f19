/*
 * Result: safe
 *
 * Who must take the module reference around a callback?
 * The caller, before it calls, and in a way that excludes the end of the module: here it looks up the callback and its
 * owner, and takes the reference, in an RCU reader, for which free_module() waits.
 */
#include <lastput.h>

struct callback {
	struct module *owner;
	int (*func)(void);
};

static struct callback *callback;

static void core_call(void)
{
	struct callback *cb;

	rcu_read_lock();
	cb = callback;
	if (cb && !try_module_get(cb->owner))
		cb = NULL;
	rcu_read_unlock();
	if (cb) {
		cb->func();
		module_put(cb->owner);
	}
}

MODULE(drv);

static int drv_callback(void)
{
	return 0;
}

static struct callback drv_cb = { .owner = THIS_MODULE, .func = drv_callback };

static int drv_init(void)
{
	callback = &drv_cb;
	return 0;
}

static void drv_exit(void)
{
	callback = NULL;
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	core_call();
}

THREAD(admin)
{
	rmmod("drv");
}
