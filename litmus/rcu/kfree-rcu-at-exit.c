/*
 * Result: safe
 *
 * Does kfree_rcu() or kvfree_rcu() need an rcu_barrier() in the exit function?
 * No. Its callback is built-in text.
 */
#include <lastput.h>

struct obj {
	struct rcu_head rcu;
};

MODULE(drv);

static struct obj *obj;

static int drv_init(void)
{
	obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	return 0;
}

static void drv_exit(void)
{
	kvfree_rcu(obj, rcu);
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
