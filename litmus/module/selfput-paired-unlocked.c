/*
 * Result: unmapped-text (drv), use-after-free (drv)
 *
 * May a callback that drops the lock which pins its module rely on __module_get()?
 * No. Class P, second kind, done wrong: inside the lock the exit function cannot end, but delete_module() may
 * already have begun. __module_get() then raises a count that nobody looks at any more; once the lock is dropped
 * the module goes. The twin uses try_module_get().
 */
#include <lastput.h>

static DEFINE_MUTEX(rtnl);
static void (*rtnl_ops)(void);

static void rtnl_call(void)
{
	mutex_lock(&rtnl);
	if (rtnl_ops)
		rtnl_ops();
	mutex_unlock(&rtnl);
}

static void rtnl_register(void (*ops)(void))
{
	mutex_lock(&rtnl);
	rtnl_ops = ops;
	mutex_unlock(&rtnl);
}

MODULE(drv);

static void drv_ops(void)
{
	__module_get(THIS_MODULE);
	mutex_unlock(&rtnl);
	mutex_lock(&rtnl);
	module_put(THIS_MODULE);
}

static int drv_init(void)
{
	rtnl_register(drv_ops);
	return 0;
}

static void drv_exit(void)
{
	rtnl_register(NULL);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	rtnl_call();
}

THREAD(admin)
{
	rmmod("drv");
}
