/*
 * Result: safe
 *
 * May a callback drop the lock that pins its module, if it holds a reference meanwhile?
 * Yes, one from try_module_get(), which fails once delete_module() has begun. Class P, second kind: the exit
 * function takes the same lock to unregister, so inside the lock the module stays. While the lock is dropped only
 * the own reference keeps it; it is put with the lock held again.
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
	if (!try_module_get(THIS_MODULE))
		return;
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
